//! When teardowns run.

use std::convert::Infallible;

use async_stream::stream;
use axum::body::Body;
use axum::extract::{FromRequestParts, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::routing::get;
use axum::{Json, Router};
use fastapi_extract::Query;
use lesson_support::{ApiError, BackgroundTasks, EventLog, ExitStack, Tick};
use serde::Deserialize;
use tokio::time::sleep;

use crate::AppState;
use crate::yield_db::Db;

/// The section's routes.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/yield-timing/after-response", get(after_response))
        .route("/yield-timing/stream", get(after_stream))
        .route("/yield-timing/slow-refusal", get(slow_refusal))
        .route("/yield-timing/background", get(after_tasks))
        .route("/yield-timing/function-scope", get(before_response))
        .route("/yield-timing/invalid", get(invalid))
}

// ANCHOR: slow-db
struct SlowDb(&'static str);

impl FromRequestParts<AppState> for SlowDb {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, ApiError> {
        let exit_stack = ExitStack::from_request_parts(parts, state).await?;
        let AppState { events, tick, .. } = state.clone();
        events.add("opened");
        exit_stack.push(async move |outcome| {
            sleep(tick * 1).await;
            events.add("closed");
            outcome
        });
        Ok(Self("db"))
    }
}
// ANCHOR_END: slow-db

async fn after_response(SlowDb(db): SlowDb) -> Json<&'static str> {
    Json(db)
}

async fn slow_refusal(_: SlowDb) -> Result<(), ApiError> {
    Err(ApiError::from_status(StatusCode::NOT_FOUND))
}

async fn after_stream(_: SlowDb, State(tick): State<Tick>, State(events): State<EventLog>) -> Body {
    Body::from_stream(stream! {
        for number in [1, 2] {
            sleep(tick * 2).await; // longer than the teardown takes
            events.add(format!("piece {number}"));
            yield Ok::<_, Infallible>(format!("piece {number};"));
        }
    })
}

// ANCHOR: function-scope
/// Function scope: what opened the database also waits for it to close.
async fn with_slow_db<T>(
    AppState { events, tick, .. }: AppState,
    work: impl AsyncFnOnce(&str) -> T,
) -> T {
    events.add("opened");
    let answer = work("db").await;
    sleep(tick * 1).await;
    events.add("closed");
    answer
}

async fn before_response(State(state): State<AppState>) -> Json<String> {
    with_slow_db(state, async |db| Json(db.to_owned())).await
}
// ANCHOR_END: function-scope

async fn after_tasks(
    Db(db): Db,
    tasks: BackgroundTasks,
    State(tick): State<Tick>,
    State(events): State<EventLog>,
) -> Json<&'static str> {
    events.add("handler");
    tasks.add_task(async move {
        sleep(tick * 1).await;
        events.add("task");
    });
    Json(db)
}

/// The query: `?number=7`.
#[derive(Deserialize)]
pub(crate) struct Number {
    pub(crate) number: i64,
}

// ANCHOR: invalid-handler
async fn invalid(_: Db, Query(Number { number }): Query<Number>) -> Json<i64> {
    Json(number)
}
// ANCHOR_END: invalid-handler
