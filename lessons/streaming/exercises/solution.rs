//! The steps of the streaming lesson, solved. `just learn streaming` cuts its starter from this file.

use std::convert::Infallible;

use async_stream::stream;
use axum::Router;
use axum::body::Body;
use axum::extract::{FromRef, State};
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use axum::routing::get;
use lesson_streaming::LESSON;
use lesson_support::{EventLog, Server, Tick, shared_routes};
use scopeguard::guard;
use tokio::time::sleep;

/// What the handlers share. Each takes the part that it needs.
#[derive(Clone, FromRef)]
struct AppState {
    /// A second; ten milliseconds in the tests. `tick * 5` is a `Duration`.
    tick: Tick,
    /// `events.add("…")` adds a line to those that `GET /_events` lists.
    events: EventLog,
}

// Step 1: send "some text data" thirty times, as plain text in UTF-8, and pause for five ticks
// after each.
//
// Step 2: when the stream is over, add the event "text stream over after 3", with the number of
// pieces that were sent, even if the client has left.
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
    ([(CONTENT_TYPE, "text/plain; charset=utf-8")], Body::from_stream(pieces))
    // STUB
    // axum::http::StatusCode::NOT_IMPLEMENTED
    // END
}

fn app(state: AppState) -> Router {
    Router::new().route("/text/", get(text)).merge(shared_routes(LESSON)).with_state(state)
}

#[tokio::main]
async fn main() -> lesson_support::Result<()> {
    let server = Server::from_args(LESSON).await?;
    let state = AppState { tick: server.tick(), events: server.events() };
    server.serve(app(state)).await
}
