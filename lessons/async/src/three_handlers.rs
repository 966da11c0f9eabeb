//! One delay, waited for in three ways; and a wait that never starts.

use std::thread;

use axum::extract::State;
use axum::routing::get;
use axum::{Json, Router};
use lesson_support::{ApiError, Tick};
use tokio::task::spawn_blocking;
use tokio::time::sleep;

use crate::AppState;

/// The section's routes.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/only-async/async", get(awaits))
        .route("/both/async", get(awaits))
        .route("/both/sync", get(hands_over))
        .route("/blocking/async-blocking", get(blocks))
        .route("/blocking/handed-to-a-thread", get(hands_over))
        .route("/blocking/not-awaited", get(does_not_await))
}

/// Lends its thread to other requests while it waits.
async fn awaits(State(tick): State<Tick>) -> Json<()> {
    sleep(tick * 10).await;
    Json(())
}

/// Blocks a thread of the pool, which is there for that.
async fn hands_over(State(tick): State<Tick>) -> Result<Json<()>, ApiError> {
    spawn_blocking(move || thread::sleep(tick * 10)).await?;
    Ok(Json(()))
}

/// The trap: blocks the thread that serves everybody.
async fn blocks(State(tick): State<Tick>) -> Json<()> {
    thread::sleep(tick * 10);
    Json(())
}

// ANCHOR: not-awaited
/// The trap: a future that nobody awaits does nothing.
#[expect(unused_must_use, reason = "the compiler warns of this trap")]
async fn does_not_await(State(tick): State<Tick>) -> Json<()> {
    sleep(tick * 10);
    Json(())
}
// ANCHOR_END: not-awaited
