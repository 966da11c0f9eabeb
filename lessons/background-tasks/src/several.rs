//! A list of tasks that behaves as FastAPI's: order, a failure, a handler that refuses.
//!
//! It costs a layer, `request_scope`, which wraps the body of each response of these routes to
//! notice its end. And a task that fails takes those behind it along. If you need neither the
//! order nor a refusal that drops tasks, use the tracker.

use std::thread;

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, Router};
use lesson_support::{ApiError, BackgroundTasks, EventLog, Tick};
use tokio::time::sleep;

use crate::AppState;

// ANCHOR: in-order
async fn in_order(
    tasks: BackgroundTasks,
    State(tick): State<Tick>,
    State(events): State<EventLog>,
) -> Json<&'static str> {
    let (first, second, third) = (events.clone(), events.clone(), events.clone());
    tasks.add_blocking_task(move || {
        thread::sleep(tick * 3);
        first.add("first!");
    });
    tasks.add_task(async move {
        sleep(tick * 2).await;
        second.add("second");
    });
    tasks.add_blocking_task(move || {
        thread::sleep(tick * 1);
        third.add("third");
    });
    events.add(format!("{} tasks stored, none run", tasks.len()));
    Json("queued")
}
// ANCHOR_END: in-order

// ANCHOR: failing
async fn failing(tasks: BackgroundTasks, State(events): State<EventLog>) -> Json<&'static str> {
    tasks.add_task(note(&events, "before"));
    tasks.add_task(break_down(events.clone()));
    tasks.add_task(note(&events, "never"));
    Json("queued")
}

fn note(events: &EventLog, line: &'static str) -> impl Future<Output = ()> + use<> {
    let events = events.clone();
    async move { events.add(line) }
}

async fn break_down(events: EventLog) -> Result<(), ApiError> {
    events.add("breaking down");
    Err(ApiError::unexpected("task failed"))
}
// ANCHOR_END: failing

// ANCHOR: refused
async fn refused(
    tasks: BackgroundTasks,
    State(events): State<EventLog>,
) -> Result<Json<&'static str>, ApiError> {
    tasks.add_task(note(&events, "never"));
    Err(ApiError::new(StatusCode::BAD_REQUEST, "refused"))
}
// ANCHOR_END: refused

// ANCHOR: growing
/// The extractor is a handle to the list, so a task can take a clone of it along.
async fn growing(tasks: BackgroundTasks, State(events): State<EventLog>) -> Json<&'static str> {
    let (list, log) = (tasks.clone(), events.clone());
    tasks.add_task(async move {
        log.add("first");
        list.add_task(note(&log, "added by the first"));
    });
    tasks.add_task(note(&events, "second"));
    Json("queued")
}
// ANCHOR_END: growing

/// The section's routes.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/several/in-order", get(in_order))
        .route("/several/failing", get(failing))
        .route("/several/refused", get(refused))
        .route("/several/growing", get(growing))
}
