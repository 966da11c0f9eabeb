//! A response that brings tasks of its own.

use axum::extract::State;
use axum::response::IntoResponse;
use axum::routing::get;
use axum::{Json, Router};
use lesson_support::{BackgroundTasks, EventLog};

use crate::AppState;

// ANCHOR: by-hand
/// A new list is a part of the response, as its status and its headers are.
async fn own(State(events): State<EventLog>) -> impl IntoResponse {
    (responses_own(events), Json("own"))
}

async fn both(injected: BackgroundTasks, State(events): State<EventLog>) -> impl IntoResponse {
    let log = events.clone();
    injected.add_task(async move { log.add("the injected task") });
    (responses_own(events), Json("both"))
}

fn responses_own(events: EventLog) -> BackgroundTasks {
    let tasks = BackgroundTasks::default();
    tasks.add_task(async move { events.add("the response's own task") });
    tasks
}
// ANCHOR_END: by-hand

/// The section's routes.
pub fn router() -> Router<AppState> {
    Router::new().route("/by-hand/own", get(own)).route("/by-hand/both", get(both))
}
