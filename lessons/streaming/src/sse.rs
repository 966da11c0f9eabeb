//! Server-sent events with axum's own type.

use std::convert::Infallible;

use async_stream::stream;
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use fastapi_extract::Path;
use futures_util::{Stream, StreamExt, stream};
use lesson_support::{EventLog, Tick};
use scopeguard::guard;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use crate::AppState;
use crate::sse_by_hand::five_messages;

/// The section's routes.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/sse-library/{id}", get(library))
        .route("/sse-native/{id}", get(native))
        .route("/sse-counter/", get(counter))
        .route("/sse-finite/", get(finite))
        .route("/sse-quiet/", get(quiet))
}

async fn library(Path(id): Path<i64>, State(state): State<AppState>) -> impl IntoResponse {
    let shutdown = state.shutdown.clone();
    let messages = five_messages("sse-library", state, move |n| format!("id:{id}, message {n}"));
    event_stream(messages.map(|message| Event::default().data(message)), shutdown)
}

// ANCHOR: event-stream
/// What every event stream needs: an end at shutdown, keep-alives, no buffering proxy.
fn event_stream<S>(events: S, shutdown: CancellationToken) -> impl IntoResponse
where
    S: Stream<Item = Event> + Send + 'static,
{
    let events = events.take_until(shutdown.cancelled_owned()).map(Ok::<_, Infallible>);
    let ping = KeepAlive::new().text("ping"); // a comment after 15 quiet seconds
    ([("x-accel-buffering", "no")], Sse::new(events).keep_alive(ping)) // the header is nginx's
}
// ANCHOR_END: event-stream

// ANCHOR: native
async fn native(Path(id): Path<i64>, State(state): State<AppState>) -> impl IntoResponse {
    let shutdown = state.shutdown.clone();
    let messages = five_messages("sse-native", state, |n| format!("message {n}"));
    let events = messages.map(move |message| Event::default().data(message).id(id.to_string()));
    event_stream(events, shutdown)
}
// ANCHOR_END: native

// ANCHOR: counter
async fn counter(
    headers: HeaderMap,
    State(tick): State<Tick>,
    State(log): State<EventLog>,
    State(shutdown): State<CancellationToken>,
) -> impl IntoResponse {
    let first = first_unseen(&headers);
    let counts = stream! {
        let mut sent = guard(0, |sent| log.add(format!("sse-counter over after {sent}")));
        for number in first..=u64::MAX {
            let id = number.to_string();
            *sent += 1;
            yield Event::default().data(format!("count {number}")).id(id);
            sleep(tick * 1).await;
        }
    };
    event_stream(counts, shutdown)
}

/// The number after the last event that the client has seen; 0 if it can't be read, because an
/// error would end the feed for good.
fn first_unseen(headers: &HeaderMap) -> u64 {
    let seen = headers.get("last-event-id").and_then(|id| id.to_str().ok()?.parse::<u64>().ok());
    seen.map_or(0, |seen| seen.saturating_add(1))
}
// ANCHOR_END: counter

// ANCHOR: finite
/// Five events for each client, however often it comes back.
async fn finite(
    headers: HeaderMap,
    State(tick): State<Tick>,
    State(shutdown): State<CancellationToken>,
) -> Response {
    let unseen = first_unseen(&headers)..5;
    if unseen.is_empty() {
        // After a clean end the client would come back. This status tells it not to.
        return StatusCode::NO_CONTENT.into_response();
    }
    let events = stream! {
        for number in unseen {
            let event = Event::default().data(format!("message {number}")).id(number.to_string());
            yield event.retry(tick * 1); // how long the client waits before it comes back
            sleep(tick * 1).await;
        }
    };
    event_stream(events, shutdown).into_response()
}
// ANCHOR_END: finite

async fn quiet(State(shutdown): State<CancellationToken>) -> impl IntoResponse {
    event_stream(stream::pending(), shutdown)
}
