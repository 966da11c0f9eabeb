//! Until when a request can be refused: there is only one response.

use axum::extract::{FromRequestParts, State};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::routing::get;
use axum::{Json, Router};
use lesson_support::{ApiError, EventLog, ExitStack};

use crate::AppState;

/// The section's routes.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/one-response/refuse-before", get(before))
        .route("/one-response/refuse-after", get(after))
        .route("/one-response/crash-after", get(crash_after))
        .route("/one-response/refuse-after-function-scope", get(in_time))
}

struct Refusing;

impl FromRequestParts<AppState> for Refusing {
    type Rejection = ApiError;

    async fn from_request_parts(_: &mut Parts, _: &AppState) -> Result<Self, ApiError> {
        let scheme = HeaderValue::from_static("APIKey");
        let error = ApiError::new(StatusCode::UNAUTHORIZED, "before the yield");
        Err(error.with_header(header::WWW_AUTHENTICATE, scheme))
    }
}

async fn before(_: Refusing) -> Json<&'static str> {
    Json("value")
}

// ANCHOR: after
async fn after(exit_stack: ExitStack, State(events): State<EventLog>) -> Json<&'static str> {
    exit_stack.push(async move |_| {
        events.add("refusing after the yield");
        Err(ApiError::new(StatusCode::IM_A_TEAPOT, "after the yield"))
    });
    Json("value")
}
// ANCHOR_END: after

async fn crash_after(exit_stack: ExitStack, State(events): State<EventLog>) -> Json<&'static str> {
    exit_stack.push(async move |_| {
        events.add("crashing after the yield");
        Err(ApiError::unexpected("crashed after the yield"))
    });
    Json("value")
}

// ANCHOR: in-time
/// An async closure that is called once. A second `yield` would be a second call, and that
/// doesn't compile:
///
/// ```compile_fail,E0382
/// async fn yields_twice<T>(work: impl AsyncFnOnce(&str) -> T) -> T {
///     work("first").await;
///     work("second").await
/// }
/// ```
async fn with_refusal<T>(events: EventLog, work: impl AsyncFnOnce() -> T) -> Result<T, ApiError> {
    let _answer = work().await;
    events.add("refusing after the yield");
    Err(ApiError::new(StatusCode::IM_A_TEAPOT, "after the yield"))
}

async fn in_time(State(events): State<EventLog>) -> Result<Json<&'static str>, ApiError> {
    with_refusal(events, async || Json("value")).await
}
// ANCHOR_END: in-time
