//! The web server: stores jobs, and tells how they are doing.

use std::time::Duration;

use axum::extract::{FromRef, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::{get, post};
use axum::{Json, Router};
use fastapi_extract::{Json as Body, Path};
use lesson_support::{ApiError, EventLog, Lesson};
use lesson_support::{method_not_allowed, not_found, panic_response, request_log, shared_routes};
use serde::Serialize;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::timeout::RequestBodyTimeoutLayer;

use super::outbox::{self, Sent};
use super::queue::{Job, Mail, Queue};

/// What the web server prints when it starts.
pub const LESSON: Lesson = Lesson {
    name: "durable-web",
    title: "stores jobs in a database",
    try_first: &[
        "--json '{\"to\":\"ann\",\"text\":\"Hello\"}' {}/durable/mails",
        "{}/durable/mails",
    ],
    readme: "lessons/background-tasks/README.md",
};

// ANCHOR: router
/// What the web server's handlers share.
#[derive(Clone, FromRef)]
pub struct AppState {
    /// The jobs.
    pub queue: Queue,
    /// The log that makes order visible.
    pub events: EventLog,
    /// How long a client may be silent within a request's body.
    pub read_timeout: Duration,
}

/// The web server as one router.
pub fn app(state: AppState) -> Router {
    Router::new()
        .route("/durable/mails", post(order_mail).get(list_mails))
        .route("/durable/jobs/{id}", get(show_job))
        .merge(shared_routes(LESSON))
        .fallback(not_found)
        .method_not_allowed_fallback(method_not_allowed)
        // The first is the outermost.
        .layer((
            request_log(),
            CatchPanicLayer::custom(panic_response),
            RequestBodyTimeoutLayer::new(state.read_timeout),
        ))
        .with_state(state)
}
// ANCHOR_END: router

// ANCHOR: order
/// The answer to an order: where to ask how it is doing.
#[derive(Serialize)]
struct Ordered {
    job: String,
}

async fn order_mail(
    State(queue): State<Queue>,
    headers: HeaderMap,
    Body(mail): Body<Mail>,
) -> Result<(StatusCode, Json<Ordered>), ApiError> {
    let job = queue.enqueue(&mail, idempotency_key(&headers)?).await?;
    Ok((StatusCode::ACCEPTED, Json(Ordered { job })))
}

/// A key that can't be kept is an error: ignored, it would let the mail go twice.
fn idempotency_key(headers: &HeaderMap) -> Result<Option<&str>, ApiError> {
    let Some(key) = headers.get("idempotency-key") else {
        return Ok(None);
    };
    match key.to_str() {
        Ok(key) if !key.is_empty() => Ok(Some(key)),
        _ => {
            let detail = "Idempotency-Key must be ASCII, and not empty";
            Err(ApiError::new(StatusCode::BAD_REQUEST, detail))
        }
    }
}
// ANCHOR_END: order

// ANCHOR: show
async fn show_job(
    State(queue): State<Queue>,
    Path(id): Path<String>,
) -> Result<Json<Job>, ApiError> {
    let not_found = || ApiError::new(StatusCode::NOT_FOUND, "Job not found");
    queue.job(&id).await?.map(Json).ok_or_else(not_found)
}

async fn list_mails(State(queue): State<Queue>) -> Result<Json<Vec<Sent>>, ApiError> {
    Ok(Json(outbox::sent(queue.pool()).await?))
}
// ANCHOR_END: show
