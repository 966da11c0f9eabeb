//! Tasks that nobody looks after, and tasks on the tracker.

use std::io;

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, Router};
use lesson_support::{ApiError, EventLog, Tick};
use tokio::time::sleep;
use tokio_util::task::TaskTracker;
use tracing::Instrument;

use crate::AppState;

// ANCHOR: welcome
/// One task for all of it: what must happen in order is awaited in order.
async fn welcome(
    State(tracker): State<TaskTracker>,
    State(events): State<EventLog>,
) -> Json<&'static str> {
    let task = async move {
        if let Err(error) = make_welcome(&events).await {
            tracing::error!(%error, "welcome failed");
        }
    };
    tracker.spawn(task.in_current_span());
    Json("spawned")
}

async fn make_welcome(events: &EventLog) -> io::Result<()> {
    events.add("mailbox made");
    send_mail(events).await?; // an error leaves here
    events.add("mail sent");
    Ok(())
}
// ANCHOR_END: welcome

async fn send_mail(events: &EventLog) -> io::Result<()> {
    events.add("mail server asked");
    Err(io::Error::other("the mail server refuses"))
}

// ANCHOR: at-once
/// The task begins as soon as a thread is free: here while the handler sleeps, two ticks before
/// the response.
async fn at_once(State(tick): State<Tick>, State(events): State<EventLog>) -> Json<&'static str> {
    let log = events.clone();
    tokio::spawn(async move { log.add("spawned task runs") });
    sleep(tick * 2).await;
    events.add("handler done");
    Json("spawned")
}
// ANCHOR_END: at-once

/// The error is in the task's `JoinHandle`, which nobody keeps.
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

/// The task runs even though the handler refuses.
async fn refused(State(events): State<EventLog>) -> Result<Json<&'static str>, ApiError> {
    tokio::spawn(async move { events.add("spawned task runs") });
    Err(ApiError::new(StatusCode::BAD_REQUEST, "refused"))
}

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
/// The shutdown waits for the tracker. The task's lines in the log name this request, because
/// it takes the span along.
async fn tracked(State(state): State<AppState>) -> Json<&'static str> {
    state.tracker.spawn(work(state.tick, state.events).in_current_span());
    Json("spawned")
}
// ANCHOR_END: tracked

/// The section's routes.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/spawned/welcome", get(welcome))
        .route("/spawned/at-once", get(at_once))
        .route("/spawned/failing", get(failing))
        .route("/spawned/panicking", get(panicking))
        .route("/spawned/refused", get(refused))
        .route("/spawned/lost", get(lost))
        .route("/spawned/tracked", get(tracked))
}
