//! The background-tasks lesson: work after the response, and work that must not be lost.
//!
//! ```text
//! cargo run -p lesson-background-tasks
//! curl http://127.0.0.1:8000/sync/
//! ```
//!
//! The text of the lesson is `README.md` beside this folder, and each module is one idea of it.
//! The first two spawn tasks on a tracker, the next five have FastAPI's list, and `durable`
//! is a queue in a database.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::FromRef;
use axum::middleware::from_fn_with_state;
use lesson_support::{AfterResponse, EventLog, Lesson, Server, Tick, request_scope};
use lesson_support::{method_not_allowed, not_found, panic_response, request_log, shared_routes};
use tokio::sync::Semaphore;
use tokio_util::task::TaskTracker;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::timeout::RequestBodyTimeoutLayer;

pub mod hello;
pub mod spawned;

pub mod several;
pub mod shared;

pub mod by_hand;
pub mod large;
pub mod leaving;

#[cfg(feature = "durable")]
pub mod durable;

/// What the lesson prints when it starts.
pub const LESSON: Lesson = Lesson {
    name: "lesson-background-tasks",
    title: "work after the response, and work that must not be lost",
    try_first: &["{}/sync/", "{}/several/in-order", "{}/_events"],
    readme: "lessons/background-tasks/README.md",
};

/// How many tasks may block at a time.
pub const PLACES: usize = 4;

// ANCHOR: app-state
/// What the handlers share. A handler asks for all of it, or for a part:
/// `State(tracker): State<TaskTracker>`.
#[derive(Clone, FromRef)]
pub struct AppState {
    /// The tasks that the shutdown waits for.
    pub tracker: TaskTracker,
    /// The unit of all pauses.
    pub tick: Tick,
    /// The lines at `/_events`, which make order visible.
    pub events: EventLog,
    // ANCHOR_END: app-state
    /// The places for tasks that block. Each such task holds one.
    pub places: Arc<Semaphore>,
    /// Where a request's list runs.
    pub after: AfterResponse,
    /// How long a client may be silent within a request's body.
    pub read_timeout: Duration,
}

impl AppState {
    /// What start-up makes.
    pub fn new(server: &Server) -> Self {
        let after = server.after_response();
        Self {
            tracker: after.tracker.clone(),
            tick: server.tick(),
            events: server.events(),
            places: Arc::new(Semaphore::new(PLACES)),
            after,
            read_timeout: server.read_timeout(),
        }
    }
}

/// The whole lesson as one router.
pub fn app(state: AppState) -> Router {
    // ANCHOR: with-a-list
    // The list needs a layer. Routes without a list don't pay for it.
    let with_a_list = Router::new()
        .merge(several::router())
        .merge(shared::router())
        .merge(by_hand::router())
        .merge(large::router())
        .layer(from_fn_with_state(state.clone(), request_scope));
    // ANCHOR_END: with-a-list
    Router::new()
        .merge(hello::router())
        .merge(spawned::router())
        .merge(with_a_list)
        .merge(leaving::router(&state))
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
