//! A drop guard: a value whose `drop` is the teardown.

use std::sync::Arc;

use axum::extract::{FromRequestParts, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::routing::get;
use axum::{Json, Router};
use fastapi_extract::Path;
use lesson_support::{ApiError, EventLog, Tick};
use tokio::time::sleep;

use crate::AppState;
use crate::scope_function::with_session;

/// The section's routes.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/scope-guard/items/{item_id}", get(item))
        .route("/scope-guard/too-early", get(too_early))
        .route("/scope-guard/slow", get(slow))
}

// ANCHOR: guard
pub(crate) struct Guard {
    name: &'static str,
    events: EventLog,
}

impl Guard {
    pub(crate) fn open(name: &'static str, events: &EventLog) -> Self {
        events.add(format!("{name} opened"));
        Self { name, events: events.clone() }
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.events.add(format!("{} closed", self.name));
    }
}
// ANCHOR_END: guard

async fn item(
    Path(item_id): Path<String>,
    State(events): State<EventLog>,
) -> Result<Json<&'static str>, ApiError> {
    let _a = Guard::open("a", &events);
    let _b = Guard::open("b", &events);
    events.add("handler");
    if item_id == "http" {
        return Err(ApiError::from_status(StatusCode::NOT_FOUND));
    }
    let index: usize = item_id.parse()?;
    Ok(Json(["zero", "one"][index])) // a bug: item 2 is a panic
}

struct TooEarly;

impl FromRequestParts<AppState> for TooEarly {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, ApiError> {
        // An extension must be `Clone`, hence the `Arc`.
        parts.extensions.insert(Arc::new(Guard::open("guard", &state.events)));
        Ok(Self)
    }
}

async fn too_early(_: TooEarly, State(events): State<EventLog>) -> Json<&'static str> {
    events.add("handler");
    Json("closed")
}

async fn slow(
    State(tick): State<Tick>,
    State(events): State<EventLog>,
) -> Result<Json<&'static str>, ApiError> {
    with_session(&events, async |_| {
        let _guard = Guard::open("guard", &events);
        sleep(tick * 5).await; // dropped here when the client leaves
        Ok(Json("done"))
    })
    .await
}
