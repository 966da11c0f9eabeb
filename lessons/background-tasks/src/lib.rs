//! The background-tasks lesson: work after the response, and work that must not be lost.
//!
//! ```text
//! cargo run -p lesson-background-tasks
//! curl http://127.0.0.1:8000/sync/
//! ```
//!
//! The text of the lesson is `README.md` beside this folder. The modules are its
//! sections, in reading order.

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

/// How many blocking tasks there may be at a time.
pub const PLACES: usize = 4;

// ANCHOR: state
/// What the handlers share. One that needs a part takes a part, `State(tick): State<Tick>`;
/// one that needs several takes it all.
#[derive(Clone, FromRef)]
pub struct AppState {
    /// The unit of all pauses.
    pub tick: Tick,
    /// The log that makes order visible.
    pub events: EventLog,
    /// The tasks that the shutdown waits for.
    pub tracker: TaskTracker,
    /// The places for tasks that block; each such task holds one.
    pub places: Arc<Semaphore>,
    /// Where the list of a request runs.
    pub after: AfterResponse,
    /// How long a client may be silent within a request's body.
    pub read_timeout: Duration,
}

impl AppState {
    /// What start-up makes.
    pub fn new(server: &Server) -> Self {
        let after = server.after_response();
        Self {
            tick: server.tick(),
            events: server.events(),
            tracker: after.tracker.clone(),
            places: Arc::new(Semaphore::new(PLACES)),
            after,
            read_timeout: server.read_timeout(),
        }
    }
}
// ANCHOR_END: state

// ANCHOR: app
/// The whole lesson as one router, its sections in reading order.
pub fn app(state: AppState) -> Router {
    // The list needs a layer. Routes that have no list don't pay for it.
    let with_a_list = Router::new()
        .merge(several::router())
        .merge(shared::router())
        .merge(by_hand::router())
        .merge(large::router())
        .layer(from_fn_with_state(state.clone(), request_scope));
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
// ANCHOR_END: app
