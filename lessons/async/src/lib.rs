//! The async lesson: waiting, blocking, and what they do to everybody else.
//!
//! ```text
//! cargo run -p lesson-async
//! cargo run -p lesson-async --example timeline
//! ```
//!
//! `README.md`, beside this folder, is the lesson's text, and each module is a section of it or
//! of a page in `docs/`.

use std::io;
use std::thread::available_parallelism;
use std::time::Duration;

use axum::Router;
use axum::extract::FromRef;
use lesson_support::{EventLog, Lesson, Result, Server, Tick};
use lesson_support::{method_not_allowed, not_found, panic_response, request_log, shared_routes};
use tokio::runtime::{Builder, Runtime};
use tokio_util::task::TaskTracker;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::timeout::RequestBodyTimeoutLayer;

pub mod cpu;
pub mod in_place;
pub mod leaving;
pub mod limits;
pub mod metrics;
pub mod reports;
pub mod three_handlers;
pub mod together;
pub mod watchdog;
pub mod where_it_runs;

use limits::Limits;

/// What the lesson prints when it starts.
pub const LESSON: Lesson = Lesson {
    name: "lesson-async",
    title: "waiting, blocking, and what they do to everybody else",
    try_first: &["{}/both/async", "{}/both/sync", "{}/blocking/async-blocking"],
    readme: "lessons/async/README.md",
};

// ANCHOR: threads
/// The size of the pool: as many requests may block at the same time as in FastAPI.
pub const BLOCKING_THREADS: usize = 40;

/// The lesson's runtime. It has one worker by default, because FastAPI's event loop is one thread.
///
/// # Errors
///
/// If its threads can't be started.
pub fn runtime(workers: usize, blocking_threads: usize) -> io::Result<Runtime> {
    Builder::new_multi_thread()
        .worker_threads(workers)
        .max_blocking_threads(blocking_threads)
        .enable_all()
        .build()
}
// ANCHOR_END: threads

// ANCHOR: state
/// What the handlers share. Each takes the part that it needs: `State(tick): State<Tick>`.
#[derive(Clone, FromRef)]
pub struct AppState {
    /// The unit of all pauses.
    pub tick: Tick,
    /// The lines at `/_events`, which make order visible.
    pub events: EventLog,
    /// How long a client may be silent within a request's body.
    pub read_timeout: Duration,
    /// How much of each kind of blocking work runs at a time.
    pub limits: Limits,
    /// The tasks that the shutdown waits for.
    pub tasks: TaskTracker,
}
// ANCHOR_END: state

impl AppState {
    /// The state of the running lesson, with the options of its server.
    ///
    /// # Errors
    ///
    /// If the system doesn't tell how many cores there are.
    pub fn new(server: &Server) -> Result<Self> {
        Ok(Self {
            tick: server.tick(),
            events: server.events(),
            read_timeout: server.read_timeout(),
            limits: Limits::with_cores(available_parallelism()?.get()),
            tasks: server.after_response().tracker,
        })
    }
}

// ANCHOR: app
/// The whole lesson as one router.
pub fn app(state: AppState) -> Router {
    Router::new()
        .merge(three_handlers::router())
        .merge(together::router())
        .merge(where_it_runs::router())
        .merge(limits::router())
        .merge(reports::router())
        .merge(in_place::router())
        .merge(cpu::router())
        .merge(leaving::router())
        .merge(metrics::router())
        .merge(shared_routes(LESSON))
        .fallback(not_found)
        .method_not_allowed_fallback(method_not_allowed)
        // The first one is the outermost.
        .layer((
            request_log(),
            CatchPanicLayer::custom(panic_response),
            RequestBodyTimeoutLayer::new(state.read_timeout),
        ))
        .with_state(state)
}
// ANCHOR_END: app
