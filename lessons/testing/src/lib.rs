//! The testing lesson: how to test an axum app.
//!
//! ```text
//! cargo test -p lesson-testing
//! cargo run -p lesson-testing
//! ```
//!
//! The lesson's text is `README.md`, beside this folder. The modules are what there is to
//! test; the tests are in `tests/`, one idea a file.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::FromRef;
use lesson_support::{EventLog, Lesson, Result, Server, Tick};
use lesson_support::{method_not_allowed, not_found, panic_response, request_log, shared_routes};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::timeout::RequestBodyTimeoutLayer;

pub mod background;
pub mod catalogue;
pub mod client;
pub mod crud;
pub mod greeting;
pub mod hello;
pub mod slashes;
pub mod waiting;

use catalogue::Catalogue;
use crud::Items;
use greeting::{Clock, SystemClock};

/// What the lesson prints at its start.
pub const LESSON: Lesson = Lesson {
    name: "lesson-testing",
    title: "how to test an axum app",
    try_first: &["{}/hello/", "-H 'X-Token: coneofsilence' {}/crud/items/foo", "-N {}/count/"],
    readme: "lessons/testing/README.md",
};

// ANCHOR: state
/// What the handlers share. A test makes its own, and replaces what it likes.
#[derive(Clone, FromRef)]
pub struct AppState {
    /// The unit of all pauses.
    pub tick: Tick,
    /// The log that makes order visible.
    pub events: EventLog,
    /// Cancelled when the server is told to stop.
    pub shutdown: CancellationToken,
    /// How long a client may pause within a request's body.
    pub read_timeout: Duration,
    /// The items under `/crud`.
    pub items: Items,
    /// What start-up loads.
    pub catalogue: Catalogue,
    /// Where the time of day comes from.
    pub clock: Arc<dyn Clock>,
    /// Work after the response.
    pub tasks: TaskTracker,
}

impl AppState {
    /// A fresh state, before start-up.
    pub fn new(tick: Tick, events: EventLog, shutdown: CancellationToken) -> Self {
        Self {
            tick,
            events,
            shutdown,
            read_timeout: Duration::from_secs(30),
            items: Items::examples(),
            catalogue: Catalogue::default(),
            clock: Arc::new(SystemClock),
            tasks: TaskTracker::new(),
        }
    }

    /// The state of a server, before start-up. `serve` waits for its tasks.
    pub fn of(server: &Server) -> Self {
        let fresh = Self::new(server.tick(), server.events(), server.shutdown_token());
        let tasks = server.after_response().tracker;
        Self { read_timeout: server.read_timeout(), tasks, ..fresh }
    }

    /// Runs before the first request.
    ///
    /// # Errors
    ///
    /// If something can't be loaded.
    pub async fn start_up(self) -> Result<Self> {
        let catalogue = Catalogue::load().await?;
        self.events.add("start-up: catalogue loaded");
        Ok(Self { catalogue, ..self })
    }

    /// Runs after the last request.
    pub async fn shut_down(self) {
        self.tasks.close();
        self.tasks.wait().await;
        self.events.add("shutdown: catalogue released");
    }
}
// ANCHOR_END: state

// ANCHOR: app
/// The whole app.
pub fn app(state: AppState) -> Router {
    Router::new()
        .merge(hello::router())
        .merge(crud::router())
        .merge(slashes::router())
        .merge(catalogue::router(&state))
        .merge(client::router())
        .merge(greeting::router())
        .merge(waiting::router())
        .merge(background::router())
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
