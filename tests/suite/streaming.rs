//! The claims of the streaming lesson, which `lessons/streaming/docs/claims.md` lists.

mod file;
mod first_chunk;
mod iterators;
pub mod raw_clients;
pub mod raw_upstream;
mod relay;
mod relay_connections;
mod relay_headers;
mod shutdown;
mod sse;
mod text;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use lesson_streaming::file::JsonFile;
use lesson_streaming::iterators::PLACES;
use lesson_streaming::upstream::Upstream;
use lesson_streaming::{AppState, app};
use lesson_support::{EventLog, Tick};
use lesson_tests::TestServer;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

async fn start() -> TestServer {
    TestServer::start("streaming").await
}

/// The lesson without a server, for tests with a paused clock. It has no upstream.
fn paused_app() -> (Router, AppState) {
    let state = AppState {
        tick: Tick::from_ms(1000),
        events: EventLog::default(),
        shutdown: CancellationToken::new(),
        read_timeout: Duration::from_secs(30),
        json_file: JsonFile::new(None),
        upstream: Upstream::new("http://127.0.0.1:1").expect("a client"),
        places: Arc::new(Semaphore::new(PLACES)),
    };
    (app(state.clone()), state)
}
