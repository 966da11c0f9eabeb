//! The async lesson: waiting, blocking, and what they do to everybody else.
//!
//! ```text
//! cargo run -p lesson-async
//! cargo run -p lesson-async --example timeline
//! ```
//!
//! The text of the lesson is `README.md` beside this folder. The modules are its
//! sections, in reading order.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::FromRef;
use lesson_support::{EventLog, Lesson, Result, Server, Tick};
use lesson_support::{method_not_allowed, not_found, panic_response, request_log, shared_routes};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::Semaphore;
use tokio_util::task::TaskTracker;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::timeout::RequestBodyTimeoutLayer;

pub mod bounded;
pub mod cores;
pub mod cpu;
pub mod in_place;
pub mod leaving;
pub mod metrics;
pub mod three_handlers;
pub mod watchdog;
pub mod where_it_runs;

use cores::Cores;

/// What the lesson prints when it starts.
pub const LESSON: Lesson = Lesson {
    name: "lesson-async",
    title: "waiting, blocking, and what they do to everybody else",
    try_first: &["{}/both/async", "{}/both/sync", "{}/blocking/async-blocking"],
    readme: "lessons/async/README.md",
};

// ANCHOR: threads
/// How many requests may block at the same time: what FastAPI's pool allows.
pub const BLOCKING_THREADS: usize = 40;

/// The runtime of the lesson: with one worker, as FastAPI's event loop is one thread.
///
/// # Errors
///
/// If the threads cannot be started.
pub fn runtime(workers: usize, blocking_threads: usize) -> io::Result<Runtime> {
    Builder::new_multi_thread()
        .worker_threads(workers)
        .max_blocking_threads(blocking_threads)
        .enable_all()
        .build()
}
// ANCHOR_END: threads

// ANCHOR: state
/// What the handlers share. Each takes the part it needs: `State(tick): State<Tick>`.
#[derive(Clone, FromRef)]
pub struct AppState {
    /// The unit of all pauses.
    pub tick: Tick,
    /// The log that makes order visible.
    pub events: EventLog,
    /// How long a client may be silent within a request's body.
    pub read_timeout: Duration,
    /// The places for the blocking work that has a bound of its own.
    pub places: Arc<Semaphore>,
    /// The threads for work that computes.
    pub cores: Cores,
    /// The tasks that the shutdown waits for.
    pub tasks: TaskTracker,
}
// ANCHOR_END: state

impl AppState {
    /// What start-up makes.
    ///
    /// # Errors
    ///
    /// If a thread cannot be started.
    pub fn new(server: &Server) -> Result<Self> {
        Ok(Self {
            tick: server.tick(),
            events: server.events(),
            read_timeout: server.read_timeout(),
            places: Arc::new(Semaphore::new(bounded::PLACES)),
            cores: Cores::new(0)?,
            tasks: server.after_response().tracker,
        })
    }
}

// ANCHOR: app
/// The whole lesson as one router, its sections in reading order.
pub fn app(state: AppState) -> Router {
    Router::new()
        .merge(three_handlers::router())
        .merge(where_it_runs::router())
        .merge(bounded::router())
        .merge(in_place::router())
        .merge(cpu::router())
        .merge(leaving::router())
        .merge(metrics::router())
        .merge(shared_routes(LESSON))
        .fallback(not_found)
        .method_not_allowed_fallback(method_not_allowed)
        // The first is the outermost.
        .layer((
            request_log(),
            CatchPanicLayer::custom(panic_response),
            RequestBodyTimeoutLayer::new(state.read_timeout),
        ))
        .with_state(state)
}
// ANCHOR_END: app
