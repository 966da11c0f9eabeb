//! Two teardowns: one that leaks, and one that doesn't.

use axum::extract::{FromRequestParts, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::routing::get;
use axum::{Json, Router};
use fastapi_extract::Path;
use lesson_support::{ApiError, EventLog, ExitStack};
use serde::Serialize;

use crate::AppState;

/// The section's routes.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/yield-plain/items/{item_id}", get(plain))
        .route("/yield-finally/items/{item_id}", get(guarded))
}

// ANCHOR: plain
struct LeakyDb(&'static str);

impl FromRequestParts<AppState> for LeakyDb {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, ApiError> {
        let exit_stack = ExitStack::from_request_parts(parts, state).await?;
        let events = state.events.clone();
        events.add("db opened");
        exit_stack.push(async move |outcome| {
            outcome?; // an error leaves here, as it does at a bare `yield`
            events.add("db closed");
            Ok(())
        });
        Ok(Self("db"))
    }
}

async fn plain(
    LeakyDb(db): LeakyDb,
    Path(item_id): Path<String>,
    State(events): State<EventLog>,
) -> Result<Json<Item>, ApiError> {
    events.add("handler");
    Item::find(item_id, db)
}
// ANCHOR_END: plain

// ANCHOR: finally
/// A database that is closed whatever happens to the request.
pub(crate) struct Db(pub(crate) &'static str);

impl FromRequestParts<AppState> for Db {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, ApiError> {
        let exit_stack = ExitStack::from_request_parts(parts, state).await?;
        let events = state.events.clone();
        events.add("db opened");
        exit_stack.push(async move |outcome| {
            events.add("db closed");
            outcome // how the request went, passed on
        });
        Ok(Self("db"))
    }
}
// ANCHOR_END: finally

async fn guarded(
    Db(db): Db,
    Path(item_id): Path<String>,
    State(events): State<EventLog>,
) -> Result<Json<Item>, ApiError> {
    events.add("handler");
    Item::find(item_id, db)
}

/// The answer: `{"item_id":"1","db":"db"}`.
#[derive(Serialize)]
pub(crate) struct Item {
    item_id: String,
    db: &'static str,
}

impl Item {
    /// Finds any item, except the one called `http`.
    pub(crate) fn find(item_id: String, db: &'static str) -> Result<Json<Self>, ApiError> {
        if item_id == "http" {
            return Err(ApiError::from_status(StatusCode::NOT_FOUND));
        }
        Ok(Json(Self { item_id, db }))
    }
}
