//! Server-sent events with axum's own type.

use std::convert::Infallible;

use async_stream::stream;
use axum::Router;
use axum::extract::State;
use axum::response::IntoResponse;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::routing::get;
use fastapi_extract::{Header, Path};
use futures_util::{Stream, StreamExt, stream};
use lesson_support::{EventLog, Tick};
use scopeguard::guard;
use serde::Deserialize;
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
        .route("/sse-quiet/", get(quiet))
}

// ANCHOR: library
async fn library(Path(id): Path<i64>, State(state): State<AppState>) -> impl IntoResponse {
    let shutdown = state.shutdown.clone();
    let messages = five_messages("sse-library", state, move |n| format!("id:{id}, message {n}"));
    event_stream(messages.map(|message| Event::default().data(message)), shutdown)
}

/// What every event stream needs: keep-alives, no proxy that buffers, an end at shutdown.
fn event_stream<S>(events: S, shutdown: CancellationToken) -> impl IntoResponse
where
    S: Stream<Item = Event> + Send + 'static,
{
    let events = events.take_until(shutdown.cancelled_owned()).map(Ok::<_, Infallible>);
    // A comment line after 15 quiet seconds.
    let sse = Sse::new(events).keep_alive(KeepAlive::new().text("ping"));
    ([("x-accel-buffering", "no")], sse)
}
// ANCHOR_END: library

// ANCHOR: native
async fn native(Path(id): Path<i64>, State(state): State<AppState>) -> impl IntoResponse {
    let shutdown = state.shutdown.clone();
    let messages = five_messages("sse-native", state, |n| format!("message {n}"));
    let events = messages.map(move |message| Event::default().data(message).id(id.to_string()));
    event_stream(events, shutdown)
}
// ANCHOR_END: native

// ANCHOR: counter
#[derive(Deserialize)]
struct Resume {
    last_event_id: Option<i64>,
}

async fn counter(
    Header(resume): Header<Resume>,
    State(tick): State<Tick>,
    State(log): State<EventLog>,
    State(shutdown): State<CancellationToken>,
) -> impl IntoResponse {
    let first = resume.last_event_id.map_or(0, |seen| seen.saturating_add(1));
    let counts = stream! {
        let mut sent = guard(0, |sent| log.add(format!("sse-counter over after {sent}")));
        for number in first..=i64::MAX {
            let id = number.to_string();
            *sent += 1;
            yield Event::default().data(format!("count {number}")).id(id);
            sleep(tick * 1).await;
        }
    };
    event_stream(counts, shutdown)
}
// ANCHOR_END: counter

// ANCHOR: quiet
async fn quiet(State(shutdown): State<CancellationToken>) -> impl IntoResponse {
    event_stream(stream::pending(), shutdown)
}
// ANCHOR_END: quiet
