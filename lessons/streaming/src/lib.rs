//! The streaming lesson: responses that leave piece by piece.
//!
//! ```text
//! cargo run -p lesson-streaming
//! curl -N http://127.0.0.1:8000/text/
//! ```
//!
//! The text of the lesson is `README.md` beside this folder. The modules are its
//! sections, in reading order.

use axum::Router;
use axum::extract::FromRef;
use lesson_support::{EventLog, Lesson, Result, Server, Threads, Tick};
use tokio_util::sync::CancellationToken;

pub mod first_chunk;
pub mod relay;
pub mod server_a;
pub mod sse;
pub mod sse_by_hand;
pub mod text;

use relay::Upstream;
use server_a::JsonFile;

/// What the lesson prints when it starts.
pub const LESSON: Lesson = Lesson {
    name: "lesson-streaming",
    title: "responses that leave piece by piece",
    try_first: &["-N {}/text/", "-N {}/server-b/stream", "-N {}/sse-counter/"],
    readme: "lessons/streaming/README.md",
    threads: Threads::DEFAULT,
};

// ANCHOR: lesson
/// Everything before `serve` is start-up, everything after it is shutdown.
///
/// # Errors
///
/// If `LESSON_UPSTREAM_URL` is not an address, or the listener fails.
pub async fn lesson(server: Server) -> Result<()> {
    let state = AppState::new(&server)?;
    server.serve(app(state)).await?;
    Ok(())
}
// ANCHOR_END: lesson

// ANCHOR: state
/// What the handlers share. Each takes the part it needs: `State(tick): State<Tick>`.
#[derive(Clone, FromRef)]
pub struct AppState {
    /// The unit of all pauses.
    pub tick: Tick,
    /// The log that makes order visible.
    pub events: EventLog,
    /// Cancelled when the server is told to stop.
    pub shutdown: CancellationToken,
    /// The file that server A streams.
    pub json_file: JsonFile,
    /// Where server B fetches from.
    pub upstream: Upstream,
}
// ANCHOR_END: state

impl AppState {
    fn new(server: &Server) -> Result<Self> {
        let upstream = match server.variable("LESSON_UPSTREAM_URL") {
            Some(url) => Upstream::new(url).map_err(|e| format!("LESSON_UPSTREAM_URL: {e}"))?,
            None => Upstream::new(&server.base_url())?,
        };
        Ok(Self {
            tick: server.tick(),
            events: server.events(),
            shutdown: server.shutdown_token(),
            json_file: JsonFile::new(server.variable("LESSON_JSON_FILE")),
            upstream,
        })
    }
}

// ANCHOR: app
/// The whole lesson as one router, its sections in reading order.
pub fn app(state: AppState) -> Router {
    Router::new()
        .merge(text::router(state.clone()))
        .merge(server_a::router(state.clone()))
        .merge(relay::router(state.clone()))
        .merge(first_chunk::router(state.clone()))
        .merge(sse_by_hand::router(state.clone()))
        .merge(sse::router(state))
}
// ANCHOR_END: app
