//! A function around the work, and a value that rolls back unless the function commits it.

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
        .route("/scope-function/crash", get(crash))
        .route("/scope-function/swallowed", get(swallowed))
}

// ANCHOR: session
pub(crate) struct Session {
    events: EventLog,
    is_committed: bool,
}

impl Session {
    fn begin(events: &EventLog) -> Self {
        events.add("session opened");
        Self { events: events.clone(), is_committed: false }
    }

    async fn commit(mut self) -> Result<(), ApiError> {
        self.events.add("session committed"); // a real one asks its database, and can fail
        self.is_committed = true;
        Ok(())
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        if !self.is_committed {
            self.events.add("session rolled back");
        }
        self.events.add("session closed");
    }
}
// ANCHOR_END: session

impl Session {
    fn name(&self) -> &'static str {
        "session"
    }
}

// ANCHOR: with-session
pub(crate) async fn with_session<T>(
    events: &EventLog,
    work: impl AsyncFnOnce(&mut Session) -> Result<T, ApiError>,
) -> Result<T, ApiError> {
    let mut session = Session::begin(events);
    let value = work(&mut session).await?; // the yield
    session.commit().await?;
    Ok(value)
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
        Ok(Json(Item { item_id, session: session.name().to_owned() }))
    })
    .await
}

async fn crash(State(events): State<EventLog>) -> Result<Json<&'static str>, ApiError> {
    with_session(&events, async |_| {
        let items: [&str; 0] = [];
        events.add("handler");
        Ok(Json(items[items.len()])) // a bug, and so a panic
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
