//! One task, in four forms: two that are right, and two pitfalls.
//!
//! A future that nobody awaits does nothing, and the compiler says so:
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
use lesson_support::{BackgroundTasks, EventLog, Tick};
use tokio::time::sleep;

use crate::AppState;
// ANCHOR_END: imports

// ANCHOR: sync
/// What takes long and blocks its thread, as most libraries of the old days do.
fn hello(tick: Tick, events: &EventLog) {
    thread::sleep(tick * 10);
    events.add("Hello World!");
}

async fn sync(
    tasks: BackgroundTasks,
    State(tick): State<Tick>,
    State(events): State<EventLog>,
) -> Json<()> {
    tasks.add_blocking_task(move || hello(tick, &events));
    Json(())
}
// ANCHOR_END: sync

// ANCHOR: awaited
async fn async_hello(tick: Tick, events: EventLog) {
    sleep(tick * 10).await;
    events.add("Hello World!");
}

async fn async_awaited(
    tasks: BackgroundTasks,
    State(tick): State<Tick>,
    State(events): State<EventLog>,
) -> Json<()> {
    tasks.add_task(async_hello(tick, events));
    Json(())
}
// ANCHOR_END: awaited

// ANCHOR: unawaited
/// The first pitfall: a future that nobody awaits does nothing.
#[expect(unused_must_use, reason = "the compiler warns of it, and here the pitfall is shown")]
async fn hasty_hello(tick: Tick, events: EventLog) {
    sleep(tick * 10);
    events.add("Hello World!");
}

async fn async_unawaited(
    tasks: BackgroundTasks,
    State(tick): State<Tick>,
    State(events): State<EventLog>,
) -> Json<()> {
    tasks.add_task(hasty_hello(tick, events));
    Json(())
}
// ANCHOR_END: unawaited

// ANCHOR: blocking
/// The second pitfall: blocks the thread that serves everybody.
async fn async_blocking(
    tasks: BackgroundTasks,
    State(tick): State<Tick>,
    State(events): State<EventLog>,
) -> Json<()> {
    tasks.add_task(async move { hello(tick, &events) });
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
