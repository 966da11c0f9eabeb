//! The background-tasks lesson: work after the response, and work that must not be lost.
//!
//! ```text
//! cargo run -p lesson-background-tasks
//! curl http://127.0.0.1:8000/sync/
//! ```
//!
//! The text of the lesson is `README.md` beside this folder. The modules are its
//! sections, in reading order.

use std::time::Duration;

use axum::Router;
use axum::extract::FromRef;
use axum::middleware::from_fn_with_state;
use lesson_support::{AfterResponse, EventLog, Lesson, Server, Tick, request_scope};
use lesson_support::{method_not_allowed, not_found, panic_response, request_log, shared_routes};
use tokio_util::task::TaskTracker;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::timeout::RequestBodyTimeoutLayer;

pub mod by_hand;
#[cfg(feature = "durable")]
pub mod durable;
pub mod hello;
pub mod large;
pub mod several;
pub mod shared;
pub mod spawned;

/// What the lesson prints when it starts.
pub const LESSON: Lesson = Lesson {
    name: "lesson-background-tasks",
    title: "work after the response, and work that must not be lost",
    try_first: &["{}/sync/", "{}/several/in-order", "{}/_events"],
    readme: "lessons/background-tasks/README.md",
};

// ANCHOR: state
/// What the handlers share. Each takes the part it needs: `State(tick): State<Tick>`.
#[derive(Clone, FromRef)]
pub struct AppState {
    /// The unit of all pauses.
    pub tick: Tick,
    /// The log that makes order visible.
    pub events: EventLog,
    /// Where the list of a request runs.
    pub after: AfterResponse,
    /// The spawned tasks that the shutdown waits for.
    pub spawned: TaskTracker,
    /// How long a client may be silent within a request's body.
    pub read_timeout: Duration,
}

// ANCHOR: new
impl AppState {
    /// What start-up makes.
    pub fn new(server: &Server) -> Self {
        let after = server.after_response();
        Self {
            tick: server.tick(),
            events: server.events(),
            spawned: after.tracker.clone(),
            after,
            read_timeout: server.read_timeout(),
        }
    }
}
// ANCHOR_END: new
// ANCHOR_END: state

// ANCHOR: app
/// The whole lesson as one router, its sections in reading order.
pub fn app(state: AppState) -> Router {
    Router::new()
        .merge(hello::router())
        .merge(several::router())
        .merge(shared::router())
        .merge(by_hand::router())
        .merge(large::router())
        .merge(spawned::router())
        .layer(from_fn_with_state(state.clone(), request_scope))
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
