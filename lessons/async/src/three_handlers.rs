//! One delay, waited for in three ways; and one that is not waited for.

use std::thread;

use axum::extract::State;
use axum::routing::get;
use axum::{Json, Router};
use lesson_support::{ApiError, Tick};
use tokio::task::spawn_blocking;
use tokio::time::sleep;

use crate::AppState;

// ANCHOR: router
/// The section's routes.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/only-async/async", get(awaits))
        .route("/both/async", get(awaits))
        .route("/both/sync", get(on_the_pool))
        .route("/blocking/async-blocking", get(blocks))
        .route("/blocking/handed-to-a-thread", get(on_the_pool))
        .route("/blocking/not-awaited", get(does_not_await))
}
// ANCHOR_END: router

// ANCHOR: three
/// Waits, and lends its thread to everybody else meanwhile.
async fn awaits(State(tick): State<Tick>) -> Json<()> {
    sleep(tick * 10).await;
    Json(())
}

/// Blocks a thread too, but one of the pool, which is there for that.
async fn on_the_pool(State(tick): State<Tick>) -> Result<Json<()>, ApiError> {
    spawn_blocking(move || thread::sleep(tick * 10)).await?;
    Ok(Json(()))
}

/// The pitfall: blocks the thread that serves everybody.
async fn blocks(State(tick): State<Tick>) -> Json<()> {
    thread::sleep(tick * 10);
    Json(())
}
// ANCHOR_END: three

// ANCHOR: not-awaited
/// The pitfall: a future that nobody awaits does nothing.
#[expect(unused_must_use, reason = "this is the pitfall, and the compiler warns about it")]
async fn does_not_await(State(tick): State<Tick>) -> Json<()> {
    sleep(tick * 10);
    Json(())
}
// ANCHOR_END: not-awaited
