//! The web server: it stores jobs, and says how they're doing.

use std::time::Duration;

use axum::extract::{DefaultBodyLimit, FromRef, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::{get, post};
use axum::{Json, Router};
use fastapi_extract::{Header, Json as Body, Path};
use lesson_support::{EventLog, Lesson};
use lesson_support::{method_not_allowed, not_found, panic_response, request_log, shared_routes};
use serde::{Deserialize, Serialize};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::timeout::RequestBodyTimeoutLayer;

use super::error::Error;
use super::mail_server::{self, Sent};
use super::queue::{Job, Mail, Queue};

/// What the web server prints when it starts.
pub const LESSON: Lesson = Lesson {
    name: "durable-web",
    title: "stores jobs in a database",
    try_first: &[
        "-H 'X-User: eve' --json '{\"to\":\"ann\",\"text\":\"Hello\"}' {}/durable/mails",
        "-H 'X-User: eve' {}/durable/mails",
    ],
    readme: "lessons/background-tasks/README.md",
};

/// In bytes. Every order that's accepted is stored, and a list shows a hundred of them.
const LONGEST_ORDER: usize = 64 * 1024;

/// What the web server's handlers share.
#[derive(Clone, FromRef)]
pub struct AppState {
    /// The jobs.
    pub queue: Queue,
    /// The lines at `/_events`.
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
            DefaultBodyLimit::max(LONGEST_ORDER),
        ))
        .with_state(state)
}

// ANCHOR: order
/// Whose order it is. The header stands in for your login, where you should take the user from:
/// anybody can write a header.
#[derive(Deserialize)]
struct Owner {
    x_user: String,
}

/// The answer to an order: what to ask for to see how it's doing.
#[derive(Serialize)]
struct Ordered {
    job: String,
}

// ANCHOR: order-mail
async fn order_mail(
    State(queue): State<Queue>,
    Header(owner): Header<Owner>,
    headers: HeaderMap,
    Body(mail): Body<Mail>,
) -> Result<(StatusCode, Json<Ordered>), Error> {
    let job = queue.order(&owner.x_user, &mail, idempotency_key(&headers)?).await?;
    Ok((StatusCode::ACCEPTED, Json(Ordered { job })))
}
// ANCHOR_END: order-mail

/// A malformed key is an error. If it were ignored, the mail could be sent twice.
fn idempotency_key(headers: &HeaderMap) -> Result<Option<&str>, Error> {
    let mut keys = headers.get_all("idempotency-key").iter();
    match (keys.next().map(|key| key.to_str()), keys.next()) {
        (None, _) => Ok(None),
        (Some(Ok(key)), None) if (1..=255).contains(&key.len()) => Ok(Some(key)),
        _ => Err(Error::BadKey),
    }
}
// ANCHOR_END: order

// ANCHOR: show
async fn show_job(
    State(queue): State<Queue>,
    Header(owner): Header<Owner>,
    Path(id): Path<String>,
) -> Result<Json<Job>, Error> {
    Ok(Json(queue.job(&owner.x_user, &id).await?))
}

async fn list_mails(
    State(queue): State<Queue>,
    Header(owner): Header<Owner>,
) -> Result<Json<Vec<Sent>>, Error> {
    Ok(Json(mail_server::sent_for(queue.pool(), &owner.x_user).await?))
}
// ANCHOR_END: show
