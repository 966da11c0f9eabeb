//! What every lesson answers: `/`, `/ping`, `/_events`, and what no route knows.

use std::any::Any;

use axum::extract::{FromRef, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};

use crate::error::{ApiError, panic_error};
use crate::events::EventLog;
use crate::lesson::Lesson;

/// The routes that every lesson has.
///
/// `GET /` is the banner, for whoever opens the address in a browser; `GET /ping` the
/// smallest endpoint there is: it shows whether anything else is served; `/_events` the
/// event log.
pub fn shared_routes<S>(lesson: Lesson) -> Router<S>
where
    S: Clone + Send + Sync + 'static,
    EventLog: FromRef<S>,
{
    Router::new()
        .route("/", get(async move |headers: HeaderMap| lesson.banner(&base_url(&headers))))
        .route("/ping", get(async || Json("pong")))
        .route("/_events", get(list_events).delete(clear_events))
}

/// The address as the client knows it.
fn base_url(headers: &HeaderMap) -> String {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    format!("http://{}", host.unwrap_or("127.0.0.1:8000"))
}

async fn list_events(State(events): State<EventLog>) -> Json<Vec<String>> {
    Json(events.lines())
}

async fn clear_events(State(events): State<EventLog>) -> StatusCode {
    events.clear();
    StatusCode::NO_CONTENT
}

/// For [`Router::fallback`]: 404 as FastAPI answers it.
pub async fn not_found() -> ApiError {
    ApiError::from_status(StatusCode::NOT_FOUND)
}

/// For [`Router::method_not_allowed_fallback`]: 405 as FastAPI answers it. It reaches the
/// routes that were added before it.
pub async fn method_not_allowed() -> ApiError {
    ApiError::from_status(StatusCode::METHOD_NOT_ALLOWED)
}

/// For tower-http's `CatchPanicLayer::custom`: a 500 that tells the client nothing.
pub fn panic_response(panic: Box<dyn Any + Send>) -> Response {
    panic_error(panic.as_ref()).into_response()
}
