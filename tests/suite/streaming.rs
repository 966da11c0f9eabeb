//! The claims of `lessons/streaming/README.md`, in its order.

mod first_chunk;
mod relay;
mod server_a;
mod shutdown;
mod sse;
mod text;

use std::time::Duration;

use axum::Router;
use lesson_streaming::relay::Upstream;
use lesson_streaming::server_a::JsonFile;
use lesson_streaming::{AppState, app};
use lesson_support::{EventLog, Tick};
use lesson_tests::TestServer;
use tokio_util::sync::CancellationToken;

async fn start() -> TestServer {
    TestServer::start("streaming").await
}

/// The lesson without a server, for tests with a paused clock. Nobody is upstream of it.
fn paused_app() -> (Router, AppState) {
    let state = AppState {
        tick: Tick::from_ms(1000),
        events: EventLog::default(),
        shutdown: CancellationToken::new(),
        read_timeout: Duration::from_secs(30),
        json_file: JsonFile::new(None),
        upstream: Upstream::new("http://127.0.0.1:1").expect("a client"),
    };
    (app(state.clone()), state)
}
