//! The streaming lesson: responses that leave piece by piece.
//!
//! ```text
//! cargo run -p lesson-streaming
//! curl -N http://127.0.0.1:8000/text/
//! ```
//!
//! The lesson's text is `README.md`, beside this folder. The modules are in its order.

use std::env::{self, VarError};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::FromRef;
use axum::middleware;
use lesson_support::{EventLog, Lesson, Result, Server, Tick};
use lesson_support::{method_not_allowed, not_found, panic_response, request_log, shared_routes};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::timeout::RequestBodyTimeoutLayer;

pub mod characters;
pub mod failing;
pub mod file;
pub mod first_chunk;
pub mod hop_by_hop;
pub mod http_10;
pub mod iterators;
pub mod relay;
pub mod sse;
pub mod sse_by_hand;
pub mod text;
pub mod upstream;

use file::JsonFile;
use iterators::PLACES;
use upstream::Upstream;

/// What the lesson prints when it starts.
pub const LESSON: Lesson = Lesson {
    name: "lesson-streaming",
    title: "responses that leave piece by piece",
    try_first: &["-N {}/text/", "-N {}/server-b/stream", "-N {}/sse-counter/"],
    readme: "lessons/streaming/README.md",
};

/// What the handlers share. Each takes the part it needs: `State(tick): State<Tick>`.
#[derive(Clone, FromRef)]
pub struct AppState {
    /// The unit of all pauses.
    pub tick: Tick,
    /// The lines at `/_events`, which make order visible.
    pub events: EventLog,
    /// Cancelled when the server is told to stop.
    pub shutdown: CancellationToken,
    /// How long a client may be silent within a request's body.
    pub read_timeout: Duration,
    /// The file that server A streams.
    pub json_file: JsonFile,
    /// The server that server B asks.
    pub upstream: Upstream,
    /// The places for iterators that block.
    pub places: Arc<Semaphore>,
}

impl AppState {
    /// What start-up makes.
    ///
    /// # Errors
    ///
    /// If `LESSON_UPSTREAM_URL` isn't an address.
    pub fn new(server: &Server) -> Result<Self> {
        let upstream = match env::var("LESSON_UPSTREAM_URL") {
            Ok(url) => Upstream::new(&url),
            Err(VarError::NotPresent) => Upstream::new(&server.base_url()),
            Err(error) => Err(error.into()),
        };
        Ok(Self {
            tick: server.tick(),
            events: server.events(),
            shutdown: server.shutdown_token(),
            read_timeout: server.read_timeout(),
            json_file: JsonFile::new(env::var_os("LESSON_JSON_FILE")),
            upstream: upstream.map_err(|e| format!("LESSON_UPSTREAM_URL: {e}"))?,
            places: Arc::new(Semaphore::new(PLACES)),
        })
    }
}

/// The whole lesson as one router.
pub fn app(state: AppState) -> Router {
    Router::new()
        .merge(text::router())
        .merge(iterators::router())
        .merge(file::router())
        .merge(characters::router())
        .merge(failing::router())
        .merge(relay::router())
        .merge(first_chunk::router(&state))
        .merge(sse_by_hand::router())
        .merge(sse::router())
        .merge(shared_routes(LESSON))
        .fallback(not_found)
        .method_not_allowed_fallback(method_not_allowed)
        // The first is the outermost.
        .layer((
            request_log(),
            CatchPanicLayer::custom(panic_response),
            middleware::from_fn(http_10::refuse_streams),
            RequestBodyTimeoutLayer::new(state.read_timeout),
        ))
        .with_state(state)
}
