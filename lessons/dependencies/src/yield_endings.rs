//! Other ways for a request to end: in a task, in a stream, before its handler runs.

use std::convert::Infallible;
use std::io;

use async_stream::stream;
use axum::body::Body;
use axum::extract::{FromRequestParts, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::routing::get;
use axum::{Json, Router};
use fastapi_extract::Query;
use lesson_support::request_scope::{BrokeOff, Cancelled};
use lesson_support::{ApiError, BackgroundTasks, EventLog, ExitStack, Outcome, Tick};
use tokio::task::yield_now;
use tokio::time::sleep;

use crate::AppState;
use crate::yield_timing::Number;

/// The section's routes.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/yield-endings/task-fails", get(task_fails))
        .route("/yield-endings/stream-breaks", get(stream_breaks))
        .route("/yield-endings/invalid", get(invalid))
        .route("/yield-endings/endless", get(endless))
        .route("/yield-endings/teapot", get(teapot))
}

// ANCHOR: watching
/// Notes how the request ended.
pub(crate) struct Watching;

impl FromRequestParts<AppState> for Watching {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, ApiError> {
        let exit_stack = ExitStack::from_request_parts(parts, state).await?;
        let events = state.events.clone();
        exit_stack.push(async move |outcome| {
            events.add(format!("saw {}", described(&outcome)));
            outcome
        });
        Ok(Self)
    }
}
// ANCHOR_END: watching

fn described(outcome: &Outcome) -> String {
    let Err(error) = outcome else { return "no error".to_owned() };
    if error.status() == StatusCode::UNPROCESSABLE_ENTITY {
        "an invalid request".to_owned()
    } else if let Some(error) = error.downcast_ref::<io::Error>() {
        error.to_string()
    } else if let Some(error) = error.downcast_ref::<BrokeOff>() {
        error.to_string()
    } else if let Some(error) = error.downcast_ref::<Cancelled>() {
        error.to_string()
    } else {
        "another error".to_owned()
    }
}

async fn task_fails(_: Watching, tasks: BackgroundTasks) -> Json<&'static str> {
    tasks.add_task(async { Err(io::Error::other("the task failed")) });
    Json("value")
}

// ANCHOR: stream-breaks
async fn stream_breaks(
    _: Watching,
    tasks: BackgroundTasks,
    State(events): State<EventLog>,
) -> Body {
    tasks.add_task(async move { events.add("task") });
    Body::from_stream(stream! {
        yield Ok("piece 1;");
        yield_now().await; // hyper sends what it has before the body fails
        yield Err(io::Error::other("no piece 2"));
    })
}
// ANCHOR_END: stream-breaks

async fn endless(
    _: Watching,
    tasks: BackgroundTasks,
    State(tick): State<Tick>,
    State(events): State<EventLog>,
) -> Body {
    tasks.add_task(async move { events.add("task") });
    Body::from_stream(stream! {
        // A real one ends when the server stops, or it holds up the shutdown: see streaming.
        loop {
            yield Ok::<_, Infallible>("piece;");
            sleep(tick * 1).await;
        }
    })
}

// ANCHOR: teapot
/// An error status, but no `Err`: a response like any other.
async fn teapot(_: Watching) -> (StatusCode, Json<&'static str>) {
    (StatusCode::IM_A_TEAPOT, Json("a teapot"))
}
// ANCHOR_END: teapot

async fn invalid(_: Watching, Query(Number { number }): Query<Number>) -> Json<i64> {
    Json(number)
}
