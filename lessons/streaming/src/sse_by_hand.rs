//! Server-sent events written by hand: a text stream with a media type and blank lines.

use std::convert::Infallible;

use async_stream::stream;
use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use axum::routing::get;
use fastapi_extract::Path;
use futures_util::{Stream, StreamExt};
use scopeguard::{ScopeGuard, guard};
use tokio::time::sleep;

use crate::AppState;

/// The section's routes.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/sse/{id}", get(by_hand))
        .route("/sse-loose/{id}", get(loose))
        .route("/sse-data/{id}", get(with_data))
}

const EVENT_STREAM: [(header::HeaderName, &str); 1] =
    [(header::CONTENT_TYPE, "text/event-stream; charset=utf-8")];

// ANCHOR: by-hand
async fn by_hand(Path(id): Path<i64>, State(state): State<AppState>) -> impl IntoResponse {
    let messages = five_messages("sse", state, move |n| format!("id:{id}, message {n}\n\n"));
    (EVENT_STREAM, Body::from_stream(messages.map(Ok::<_, Infallible>)))
}

/// Five messages, one a tick, and a line in the event log that says how it ended.
pub(crate) fn five_messages(
    name: &'static str,
    AppState { tick, events, shutdown, .. }: AppState,
    message: impl Fn(u32) -> String,
) -> impl Stream<Item = String> {
    let messages = stream! {
        let mut sent = guard(0, |sent| events.add(format!("{name} cancelled after {sent}")));
        for number in 0..5 {
            *sent += 1;
            yield message(number);
            sleep(tick * 1).await;
        }
        let sent = ScopeGuard::into_inner(sent);
        events.add(format!("{name} finished after {sent}"));
    };
    messages.take_until(shutdown.cancelled_owned())
}
// ANCHOR_END: by-hand

async fn loose(Path(id): Path<i64>, State(state): State<AppState>) -> Body {
    let messages = five_messages("sse-loose", state, move |n| format!("id:{id}, message {n}"));
    Body::from_stream(messages.map(Ok::<_, Infallible>))
}

// ANCHOR: with-data
async fn with_data(Path(id): Path<i64>, State(state): State<AppState>) -> impl IntoResponse {
    let messages =
        five_messages("sse-data", state, move |n| format!("id: {id}\ndata: message {n}\n\n"));
    (EVENT_STREAM, Body::from_stream(messages.map(Ok::<_, Infallible>)))
}
// ANCHOR_END: with-data
