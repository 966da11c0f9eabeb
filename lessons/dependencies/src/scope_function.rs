//! A function around the work: it opens, calls what it was given, and closes.

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, Router};
use fastapi_extract::Path;
use lesson_support::{ApiError, EventLog};
use serde::Serialize;

use crate::AppState;

/// The section's routes.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/scope-function/items/{item_id}", get(item))
        .route("/scope-function/swallowed", get(swallowed))
}

/// Runs `work` with a session. Commits if it succeeds, rolls back if it fails.
///
/// If the client leaves, the future is dropped at its `await`, and neither line is reached. A
/// real session needs a `Drop` that rolls back, as sqlx's `Transaction` has.
// ANCHOR: with-session
pub(crate) async fn with_session<T>(
    events: &EventLog,
    work: impl AsyncFnOnce(&str) -> Result<T, ApiError>,
) -> Result<T, ApiError> {
    events.add("session opened");
    let outcome = work("session").await; // the yield
    match &outcome {
        Ok(_) => events.add("session committed"),    // else
        Err(_) => events.add("session rolled back"), // except … raise
    }
    events.add("session closed"); // finally, unless the client leaves meanwhile
    outcome
}
// ANCHOR_END: with-session

#[derive(Serialize)]
struct Item {
    item_id: String,
    session: String,
}

async fn item(
    Path(item_id): Path<String>,
    State(events): State<EventLog>,
) -> Result<Json<Item>, ApiError> {
    with_session(&events, async |session| {
        events.add("handler");
        if item_id == "http" {
            return Err(ApiError::from_status(StatusCode::NOT_FOUND));
        }
        Ok(Json(Item { item_id, session: session.to_owned() }))
    })
    .await
}

// ANCHOR: swallow
/// If you swallow an error, you must return something else. This doesn't compile:
///
/// ```compile_fail,E0308
/// # use lesson_support::ApiError;
/// async fn swallow<T>(work: impl AsyncFnOnce() -> Result<T, ApiError>) -> Result<T, ApiError> {
///     match work().await {
///         Ok(value) => Ok(value),
///         Err(_swallowed) => {}
///     }
/// }
/// ```
async fn or_else<T>(
    events: &EventLog,
    otherwise: T,
    work: impl AsyncFnOnce() -> Result<T, ApiError>,
) -> T {
    work().await.unwrap_or_else(|_| {
        events.add("swallowed");
        otherwise
    })
}

async fn swallowed(State(events): State<EventLog>) -> Json<&'static str> {
    let work = async || Err(ApiError::from_status(StatusCode::NOT_FOUND));
    Json(or_else(&events, "nothing found", work).await)
}
// ANCHOR_END: swallow
