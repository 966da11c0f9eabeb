//! One list for the handler and its dependencies.

use axum::extract::{FromRequestParts, State};
use axum::http::request::Parts;
use axum::routing::get;
use axum::{Json, Router};
use fastapi_extract::{Query, Rejection};
use lesson_support::{ApiError, BackgroundTasks, EventLog, ExitStack, Tick};
use serde::Deserialize;
use tokio::time::sleep;

use crate::AppState;

// ANCHOR: dependency
#[derive(Deserialize)]
struct Search {
    q: Option<String>,
}

/// A dependency: notes what was searched for, after the response.
struct NotesQuery;

impl FromRequestParts<AppState> for NotesQuery {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Rejection> {
        let Query(search) = Query::<Search>::from_request_parts(parts, state).await?;
        let tasks = BackgroundTasks::from_request_parts(parts, state).await?;
        if let Some(q) = search.q {
            let events = state.events.clone();
            tasks.add_task(async move { events.add(format!("query was {q}")) });
        }
        Ok(Self)
    }
}

async fn shared(
    _: NotesQuery,
    tasks: BackgroundTasks,
    State(events): State<EventLog>,
) -> Json<usize> {
    tasks.add_task(async move { events.add("handler's own task") });
    Json(tasks.len())
}
// ANCHOR_END: dependency

// ANCHOR: held
/// A dependency that is closed when the request is over, its tasks included.
pub(crate) struct Held;

impl FromRequestParts<AppState> for Held {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, ApiError> {
        let exit_stack = ExitStack::from_request_parts(parts, state).await?;
        let events = state.events.clone();
        exit_stack.push(async move |outcome| {
            events.add("dependency closed");
            outcome
        });
        Ok(Self)
    }
}

async fn held(
    _: Held,
    tasks: BackgroundTasks,
    State(tick): State<Tick>,
    State(events): State<EventLog>,
) -> Json<&'static str> {
    let next = events.clone();
    tasks.add_task(async move {
        events.add("task begun");
        sleep(tick * 10).await;
        events.add("task done");
    });
    tasks.add_task(async move { next.add("next task") });
    Json("held")
}
// ANCHOR_END: held

/// The section's routes.
pub fn router() -> Router<AppState> {
    Router::new().route("/shared/", get(shared)).route("/shared/held", get(held))
}
