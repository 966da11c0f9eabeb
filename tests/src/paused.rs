//! A lesson's router called in process, for tests whose clock is paused.
//!
//! Under `#[tokio::test(start_paused = true)]` time stands still while anything can run
//! and jumps to the next timer when nothing can: an hour passes in a moment, and every
//! time is exact. FastAPI's `TestClient` has no counterpart to it.

use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use tokio::time::timeout;
use tower::ServiceExt;

use crate::answer::{Answer, Clock};

/// The tick of a lesson under a paused clock: the second that a reader sees.
pub const TICK: Duration = Duration::from_secs(1);

/// GET; returns when the head of the answer is here.
pub async fn get(app: &Router, path: &str) -> Answer {
    let request = Request::get(path).body(Body::empty());
    let clock = Clock::start(TICK);
    let response = app.clone().oneshot(request.expect("a request"));
    // An hour of the paused clock passes at once; an answer that never comes would not.
    let response = timeout(Duration::from_secs(3600), response).await.expect("an answer in time");
    let (head, body) = response.expect("an answer").into_parts();
    Answer::new(head.status.as_u16(), head.headers, body.into_data_stream(), clock)
}
