//! A stream of text that says how it ended.

use std::convert::Infallible;

use async_stream::stream;
use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::header::{CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use axum::response::IntoResponse;
use axum::routing::get;
use lesson_support::{EventLog, Tick};
use scopeguard::guard;
use tokio::time::sleep;

use crate::AppState;

/// The section's route.
pub fn router() -> Router<AppState> {
    Router::new().route("/text/", get(text))
}

// ANCHOR: text
async fn text(State(tick): State<Tick>, State(events): State<EventLog>) -> impl IntoResponse {
    let pieces = stream! {
        let mut sent = guard(0, |sent| events.add(format!("text stream over after {sent}")));
        for _ in 0..30 {
            *sent += 1;
            yield Ok::<_, Infallible>("some text data");
            sleep(tick * 5).await; // tokio's: std's would block the thread
        }
    };
    let plain_text = (CONTENT_TYPE, "text/plain; charset=utf-8");
    // A browser that may guess the type waits for a kilobyte or more before it shows anything.
    let no_guessing = (X_CONTENT_TYPE_OPTIONS, "nosniff");
    ([plain_text, no_guessing], Body::from_stream(pieces))
}
// ANCHOR_END: text
