//! One task on the tracker, in four forms: two that are right, and two pitfalls.
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
use axum::routing::get;
use axum::{Json, Router};
use lesson_support::{EventLog, Tick};
use tokio::time::sleep;

use crate::AppState;
// ANCHOR_END: imports

// ANCHOR: sync
/// Slow work that blocks its thread, as a library without `async` does.
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

// ANCHOR: unawaited
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
// ANCHOR_END: unawaited

// ANCHOR: blocking
/// The second pitfall: this blocks the thread that serves everybody.
async fn async_blocking(State(state): State<AppState>) -> Json<()> {
    state.tracker.spawn(async move { hello(state.tick, &state.events) });
    Json(())
}
// ANCHOR_END: blocking

// ANCHOR: router
/// The section's routes.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/sync/", get(sync))
        .route("/async-awaited/", get(async_awaited))
        .route("/async-unawaited/", get(async_unawaited))
        .route("/async-blocking/", get(async_blocking))
}
// ANCHOR_END: router
