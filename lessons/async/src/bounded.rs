//! Blocking work of one kind with a bound of its own.

use std::sync::Arc;
use std::thread;

use axum::extract::State;
use axum::routing::get;
use axum::{Json, Router};
use lesson_support::{ApiError, Tick};
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

use crate::AppState;

/// The section's route.
pub fn router() -> Router<AppState> {
    Router::new().route("/bounded/sync", get(bounded))
}

// ANCHOR: bounded
/// How many requests of this kind may block at the same time: half of the pool.
pub const PLACES: usize = 20;

/// Waits for a place before it asks for a thread: waiting here keeps none from the others.
async fn bounded(
    State(places): State<Arc<Semaphore>>,
    State(tick): State<Tick>,
) -> Result<Json<()>, ApiError> {
    let place = places.acquire_owned().await?;
    let work = move || {
        let _place = place; // until the thread is done, even if the client has left
        thread::sleep(tick * 10);
    };
    spawn_blocking(work).await?;
    Ok(Json(()))
}
// ANCHOR_END: bounded
