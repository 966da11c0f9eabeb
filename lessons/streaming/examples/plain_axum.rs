//! Event streams that end on Ctrl-C, in plain axum. Begin a project of your own with it.
//!
//! ```text
//! cargo run -p lesson-streaming --example plain_axum
//! curl -N http://127.0.0.1:8000/events
//! ```

// ANCHOR: use
use std::convert::Infallible;
use std::time::Duration;
use std::{env, io};

use async_stream::stream;
use axum::Router;
use axum::extract::State;
use axum::response::IntoResponse;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::routing::get;
use futures_util::StreamExt;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
// ANCHOR_END: use

// ANCHOR: main
#[tokio::main]
async fn main() -> io::Result<()> {
    let shutdown = CancellationToken::new();
    let app = Router::new().route("/events", get(events)).with_state(shutdown.clone());
    let port = env::var("LESSON_PORT").unwrap_or_else(|_| "8000".to_owned());
    let listener = TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    let mut ctrl_c = signal(SignalKind::interrupt())?; // from now on, it doesn't kill the process
    println!("listening on http://{}", listener.local_addr()?);
    let stop = async move {
        ctrl_c.recv().await;
        shutdown.cancel(); // ends the event streams; axum then waits for all other answers
    };
    axum::serve(listener, app).with_graceful_shutdown(stop).await
}
// ANCHOR_END: main

// ANCHOR: events
async fn events(State(shutdown): State<CancellationToken>) -> impl IntoResponse {
    let counts = stream! {
        for number in 0_u64.. {
            yield Event::default().data(number.to_string());
            sleep(Duration::from_secs(1)).await;
        }
    };
    let events = counts.take_until(shutdown.cancelled_owned()).map(Ok::<_, Infallible>);
    Sse::new(events).keep_alive(KeepAlive::default())
}
// ANCHOR_END: events
