//! `block_in_place`: blocking without leaving the worker.

use std::thread;

use axum::extract::State;
use axum::routing::get;
use axum::{Json, Router};
use lesson_support::Tick;
use tokio::task::block_in_place;

use crate::AppState;

/// The section's route.
pub fn router() -> Router<AppState> {
    Router::new().route("/blocking/in-place", get(in_place))
}

// ANCHOR: in-place
/// Before it blocks, this worker hands everything else that it has to do to another thread.
async fn in_place(State(tick): State<Tick>) -> Json<()> {
    block_in_place(|| thread::sleep(tick * 10));
    Json(())
}
// ANCHOR_END: in-place
