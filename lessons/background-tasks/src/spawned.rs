//! A task that nobody looks after, and the same task on the tracker.

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, Router};
use lesson_support::{ApiError, EventLog, Tick};
use tokio::time::sleep;
use tracing::Instrument;

use crate::AppState;

// ANCHOR: at-once
/// Begins when a worker is free: here while the handler sleeps, two ticks before the response.
async fn at_once(State(tick): State<Tick>, State(events): State<EventLog>) -> Json<&'static str> {
    let log = events.clone();
    tokio::spawn(async move { log.add("spawned task runs") });
    sleep(tick * 2).await;
    events.add("handler done");
    Json("spawned")
}
// ANCHOR_END: at-once

// ANCHOR: failing
/// The error goes into a `JoinHandle`, and nobody keeps that.
async fn failing(State(events): State<EventLog>) -> Json<&'static str> {
    tokio::spawn(async move {
        events.add("spawned task fails");
        Err::<(), _>(ApiError::unexpected("nobody learns of this"))
    });
    Json("spawned")
}

/// A panic ends the task, and nothing else.
#[expect(clippy::panic, reason = "the lesson shows what becomes of it")]
async fn panicking() -> Json<&'static str> {
    tokio::spawn(async { panic!("nobody handles this") });
    Json("spawned")
}
// ANCHOR_END: failing

// ANCHOR: refused
/// The task runs, although the handler then refuses.
async fn refused(State(events): State<EventLog>) -> Result<Json<&'static str>, ApiError> {
    tokio::spawn(async move { events.add("spawned task runs") });
    Err(ApiError::new(StatusCode::BAD_REQUEST, "refused"))
}
// ANCHOR_END: refused

// ANCHOR: lost
/// The shutdown doesn't know about this one.
async fn lost(State(tick): State<Tick>, State(events): State<EventLog>) -> Json<&'static str> {
    tokio::spawn(work(tick, events));
    Json("spawned")
}
// ANCHOR_END: lost

// ANCHOR: work
async fn work(tick: Tick, events: EventLog) {
    events.add("spawned task begun");
    sleep(tick * 10).await;
    events.add("spawned task done");
}
// ANCHOR_END: work

// ANCHOR: tracked
/// `serve` waits for the tracker. The task's lines in the log name this request, because it
/// takes the span along.
async fn tracked(State(state): State<AppState>) -> Json<&'static str> {
    state.tracker.spawn(work(state.tick, state.events).in_current_span());
    Json("spawned")
}
// ANCHOR_END: tracked

// ANCHOR: router
/// The section's routes.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/spawned/at-once", get(at_once))
        .route("/spawned/failing", get(failing))
        .route("/spawned/panicking", get(panicking))
        .route("/spawned/refused", get(refused))
        .route("/spawned/lost", get(lost))
        .route("/spawned/tracked", get(tracked))
}
// ANCHOR_END: router
