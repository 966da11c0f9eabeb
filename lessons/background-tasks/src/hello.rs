//! One task on the tracker: one that blocks, one that's async, one with a limit, two pitfalls.
//!
//! A future that nobody awaits does nothing. Where warnings are errors, it doesn't compile:
//!
//! ```compile_fail
//! #![deny(unused_must_use)]
//! # use std::time::Duration;
//! async fn hello() {
//!     tokio::time::sleep(Duration::from_secs(10));
//! }
//! ```
//!
//! ```
//! #![deny(unused_must_use)]
//! # use std::time::Duration;
//! async fn hello() {
//!     tokio::time::sleep(Duration::from_secs(10)).await;
//! }
//! ```

// ANCHOR: imports
use std::thread;

use axum::extract::State;
use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderValue, StatusCode};
use axum::routing::get;
use axum::{Json, Router};
use lesson_support::{ApiError, EventLog, Tick};
use tokio::time::sleep;

use crate::AppState;
// ANCHOR_END: imports

// ANCHOR: sync
/// Slow work that blocks its thread, as a library without `async` would.
fn hello(tick: Tick, events: &EventLog) {
    thread::sleep(tick * 10);
    events.add("Hello World!");
}

async fn sync(State(state): State<AppState>) -> Json<()> {
    state.tracker.spawn_blocking(move || hello(state.tick, &state.events));
    Json(())
}
// ANCHOR_END: sync

// ANCHOR: awaited
async fn async_hello(tick: Tick, events: EventLog) {
    sleep(tick * 10).await;
    events.add("Hello World!");
}

async fn async_awaited(State(state): State<AppState>) -> Json<()> {
    state.tracker.spawn(async_hello(state.tick, state.events));
    Json(())
}
// ANCHOR_END: awaited

/// The first pitfall: a future that nobody awaits does nothing.
#[expect(unused_must_use, reason = "this is the pitfall, and the compiler warns about it")]
async fn hasty_hello(tick: Tick, events: EventLog) {
    sleep(tick * 10);
    events.add("Hello World!");
}

async fn async_unawaited(State(state): State<AppState>) -> Json<()> {
    state.tracker.spawn(hasty_hello(state.tick, state.events));
    Json(())
}

// ANCHOR: blocking
/// The second pitfall: this blocks the thread that everybody's requests run on.
async fn async_blocking(State(state): State<AppState>) -> Json<()> {
    state.tracker.spawn(async move { hello(state.tick, &state.events) });
    Json(())
}
// ANCHOR_END: blocking

// ANCHOR: bounded
/// A task needs a place. If none is free, the client must come back later.
async fn sync_bounded(State(state): State<AppState>) -> Result<Json<()>, ApiError> {
    let place = state.places.try_acquire_owned().map_err(|_| too_many())?;
    state.tracker.spawn_blocking(move || {
        let _place = place; // free again when the task ends, even by a panic
        hello(state.tick, &state.events);
    });
    Ok(Json(()))
}

fn too_many() -> ApiError {
    ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "Too many tasks")
        .with_header(RETRY_AFTER, HeaderValue::from_static("1"))
}
// ANCHOR_END: bounded

/// The section's routes.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/sync/", get(sync))
        .route("/sync-bounded/", get(sync_bounded))
        .route("/async-awaited/", get(async_awaited))
        .route("/async-unawaited/", get(async_unawaited))
        .route("/async-blocking/", get(async_blocking))
}
