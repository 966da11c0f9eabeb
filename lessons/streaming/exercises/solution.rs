//! The steps of the streaming lesson, solved. `just learn streaming` cuts its starter from this
//! file.

use std::convert::Infallible;
use std::env;
use std::io;
use std::path::PathBuf;
use std::time::Duration;

use async_stream::stream;
use axum::Router;
use axum::body::Body;
use axum::extract::{FromRef, State};
use axum::http::header::{CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderMap, StatusCode};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use futures_util::{Stream, StreamExt};
use lesson_streaming::LESSON;
use lesson_streaming::failing::flush_before_error;
use lesson_support::{ApiError, EventLog, Server, Tick, request_log, shared_routes};
use reqwest::{Client, redirect};
use scopeguard::guard;
use tokio::fs::File;
use tokio::time::sleep;
use tokio_util::io::ReaderStream;
use tokio_util::sync::CancellationToken;

/// What the handlers share. Each takes the part that it needs.
#[derive(Clone, FromRef)]
struct AppState {
    /// A second; ten milliseconds in the tests. `tick * 5` is a `Duration`.
    tick: Tick,
    /// `events.add("…")` adds a line to those that `GET /_events` lists.
    events: EventLog,
    /// The file to send: the lesson's `streamed.json`, unless `LESSON_JSON_FILE` names another one.
    file: PathBuf,
    /// The server to relay: this one, unless `LESSON_UPSTREAM_URL` names another one.
    upstream: Upstream,
    /// Cancelled when the server is told to stop.
    shutdown: CancellationToken,
}

/// A server, and the client that all requests to it share.
#[derive(Clone)]
struct Upstream {
    /// Follows no redirects.
    client: Client,
    /// `http://127.0.0.1:8000`
    base: String,
}

// Step 1: `GET /text/` answers 200 and sends "some text data" thirty times, with a pause of five
// ticks after each piece, the last one included. Each piece is sent when it's made. The headers are
// `content-type: text/plain; charset=utf-8`, and `x-content-type-options: nosniff`, so that a
// browser doesn't guess.
//
// Step 2: when the stream ends, add an event that says how many pieces it sent. That's
// "text stream over after 30" at its normal end, and "text stream over after 3" if the client
// leaves after the third piece. Add it once.
async fn text(State(tick): State<Tick>, State(events): State<EventLog>) -> impl IntoResponse {
    // STEP 1
    let pieces = stream! {
        // STEP 2
        let mut sent = guard(0, |sent| events.add(format!("text stream over after {sent}")));
        // STUB
        // END
        for _ in 0..30 {
            // STEP 2
            *sent += 1;
            // STUB
            // END
            yield Ok::<_, Infallible>("some text data");
            sleep(tick * 5).await;
        }
    };
    let plain_text = (CONTENT_TYPE, "text/plain; charset=utf-8");
    ([plain_text, (X_CONTENT_TYPE_OPTIONS, "nosniff")], Body::from_stream(pieces))
    // STUB
    // StatusCode::NOT_IMPLEMENTED
    // END
}

// Step 1: `GET /text/sync-iterator` answers 200 and sends "one ", "two " and "three", with a pause
// of a tick after each, the last one included. It has no content type.
async fn words(State(tick): State<Tick>) -> impl IntoResponse {
    // STEP 1
    Body::from_stream(stream! {
        for word in ["one ", "two ", "three"] {
            yield Ok::<_, Infallible>(word);
            sleep(tick * 1).await;
        }
    })
    // STUB
    // StatusCode::NOT_IMPLEMENTED
    // END
}

// Step 3: `GET /server-a/file` sends the file at `path`, piece by piece, whatever its size, with
// the content type `application/json`. If there's no such file, the answer is a 404 with the body
// {"detail":"Not Found"}, which `ApiError::from_status` makes. If the file can't be opened for
// another reason, it's a 500, which `?` makes of any error. If reading fails later, the status
// stays 200 and the body breaks off. Put `flush_before_error(…)` around the stream: then the client
// still gets the head, and the pieces that came before the error.
async fn file(State(path): State<PathBuf>) -> Result<Response, ApiError> {
    // STEP 3
    let file = File::open(path).await.map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => ApiError::from_status(StatusCode::NOT_FOUND),
        _ => error.into(),
    })?;
    let pieces = flush_before_error(ReaderStream::with_capacity(file, 64 * 1024));
    Ok(([(CONTENT_TYPE, "application/json")], Body::from_stream(pieces)).into_response())
    // STUB
    // Err(ApiError::from_status(StatusCode::NOT_IMPLEMENTED))
    // END
}

// Step 4: `GET /server-b/file` asks the upstream for `/server-a/file`, whatever the request's
// headers say. It passes on the status, the content type, if there is one, and the body: each piece
// when it arrives. If the upstream's body breaks off, so does this one, with `flush_before_error`
// around it. If the upstream can't be reached, or answers with anything but a success, the answer
// is a 502 with the body {"detail":"Bad Gateway"}. A redirect isn't a success.
async fn relay(State(upstream): State<Upstream>) -> Result<Response, ApiError> {
    // STEP 4
    let bad_gateway = || ApiError::from_status(StatusCode::BAD_GATEWAY);
    let request = upstream.client.get(format!("{}/server-a/file", upstream.base));
    let answer = request.send().await.map_err(|error| {
        tracing::warn!(%error, "no answer from the upstream");
        bad_gateway()
    })?;
    let status = answer.status();
    if !status.is_success() {
        tracing::warn!(%status, "the upstream refused");
        return Err(bad_gateway());
    }
    let content_type = answer.headers().get(CONTENT_TYPE).cloned();
    let content_type = content_type.map(|value| [(CONTENT_TYPE, value)]);
    let pieces = flush_before_error(answer.bytes_stream());
    Ok((status, content_type, Body::from_stream(pieces)).into_response())
    // STUB
    // Err(ApiError::from_status(StatusCode::NOT_IMPLEMENTED))
    // END
}

// Step 5: `GET /sse-finite/` answers 200 with an event stream of five events, "message 0" to
// "message 4", and pauses for a tick after each. An event has the fields data, id and retry, in
// this order. The id is the message's number, and retry is a tick: the client waits that long
// before it comes back.
//
// A client that comes back with a `Last-Event-ID` gets the events after that one. If there are
// none, the answer is a 204 without a body, so that the client stays away. If the id isn't a number
// that fits into a `u64`, the stream begins with the first event.
//
// Add the header `x-accel-buffering: no`, which keeps nginx from collecting events.
//
// Step 6: when the server is told to stop, the stream ends at once, as if it were complete.
async fn finite(
    headers: HeaderMap,
    State(tick): State<Tick>,
    State(shutdown): State<CancellationToken>,
) -> Response {
    // STEP 5
    let unseen = first_unseen(&headers)..5;
    if unseen.is_empty() {
        return StatusCode::NO_CONTENT.into_response();
    }
    let messages = stream! {
        for number in unseen {
            let message = Event::default().data(format!("message {number}"));
            yield message.id(number.to_string()).retry(tick * 1);
            sleep(tick * 1).await;
        }
    };
    event_stream(messages, shutdown).into_response()
    // STUB
    // StatusCode::NOT_IMPLEMENTED.into_response()
    // END
}
// STEP 5

/// The number after the last event that the client has seen.
fn first_unseen(headers: &HeaderMap) -> u64 {
    let seen = headers.get("last-event-id").and_then(|id| id.to_str().ok()?.parse::<u64>().ok());
    seen.map_or(0, |seen| seen.saturating_add(1))
}

/// What every event stream needs.
fn event_stream(
    events: impl Stream<Item = Event> + Send + 'static,
    shutdown: CancellationToken,
) -> impl IntoResponse {
    // STEP 6
    let events = events.take_until(shutdown.cancelled_owned());
    // STUB
    // END
    let events = Sse::new(events.map(Ok::<_, Infallible>));
    ([("x-accel-buffering", "no")], events.keep_alive(KeepAlive::default()))
}
// STUB
// END

// Step 6: `GET /sse-counter/` never ends by itself: "count 0" with the id 0, "count 1" with the id
// 1, and so on, without retry. The pauses, `Last-Event-ID` and the headers are as in step 5. If the
// id is the largest `u64`, there's no number after it: send the event with that number again, and
// don't panic.
//
// When the stream ends, for whatever reason, add the event "sse-counter over after 3", with the
// number of events that it sent. When the server is told to stop, it ends at once, like the other.
//
// `/text/` goes on when the server is told to stop, until the server cuts it off: to its client,
// half of it would look whole.
async fn counter(
    headers: HeaderMap,
    State(tick): State<Tick>,
    State(events): State<EventLog>,
    State(shutdown): State<CancellationToken>,
) -> Response {
    // STEP 6
    let first = first_unseen(&headers);
    let counts = stream! {
        let mut sent = guard(0, |sent| events.add(format!("sse-counter over after {sent}")));
        for number in first..=u64::MAX {
            *sent += 1;
            yield Event::default().data(format!("count {number}")).id(number.to_string());
            sleep(tick * 1).await;
        }
    };
    event_stream(counts, shutdown).into_response()
    // STUB
    // StatusCode::NOT_IMPLEMENTED.into_response()
    // END
}

// What follows is done.

fn app(state: AppState) -> Router {
    Router::new()
        .route("/text/", get(text))
        .route("/text/sync-iterator", get(words))
        .route("/server-a/file", get(file))
        .route("/server-b/file", get(relay))
        .route("/sse-finite/", get(finite))
        .route("/sse-counter/", get(counter))
        .merge(shared_routes(LESSON))
        .layer(request_log())
        .with_state(state)
}

#[tokio::main]
async fn main() -> lesson_support::Result<()> {
    let server = Server::from_args(LESSON).await?;
    let state = state(&server)?;
    server.serve(app(state)).await
}

fn state(server: &Server) -> lesson_support::Result<AppState> {
    let shipped = concat!(env!("CARGO_MANIFEST_DIR"), "/streamed.json");
    let base = env::var("LESSON_UPSTREAM_URL").unwrap_or_else(|_| server.base_url());
    let client = Client::builder()
        .no_proxy()
        .redirect(redirect::Policy::none())
        .connect_timeout(Duration::from_secs(5))
        .build()?;
    Ok(AppState {
        tick: server.tick(),
        events: server.events(),
        file: env::var_os("LESSON_JSON_FILE").map_or_else(|| shipped.into(), PathBuf::from),
        upstream: Upstream { client, base: base.trim_end_matches('/').to_owned() },
        shutdown: server.shutdown_token(),
    })
}
