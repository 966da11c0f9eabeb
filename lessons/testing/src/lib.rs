//! The testing lesson: how to test an axum app.
//!
//! ```text
//! cargo test -p lesson-testing
//! cargo run -p lesson-testing
//! ```
//!
//! The text of the lesson is `README.md` beside this folder. The modules are small apps
//! to be tested; how that is done is in `tests/`, one idea a file.

use std::sync::Arc;

use axum::Router;
use axum::extract::FromRef;
use lesson_support::{EventLog, Lesson, Result, Server, Threads, Tick};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub mod background;
pub mod catalogue;
pub mod crud;
pub mod greeting;
pub mod hello;
pub mod slashes;
pub mod waiting;

use catalogue::Catalogue;
use crud::Items;
use greeting::{Clock, SystemClock};

/// What the lesson prints when it starts.
pub const LESSON: Lesson = Lesson {
    name: "lesson-testing",
    title: "how to test an axum app",
    try_first: &["{}/hello/", "-H 'X-Token: coneofsilence' {}/crud/items/foo", "-N {}/count/"],
    readme: "lessons/testing/README.md",
    threads: Threads::DEFAULT,
};

// ANCHOR: lesson
/// Everything before `serve` is start-up, everything after it is shutdown.
///
/// # Errors
///
/// If the start-up or the listener fails.
pub async fn lesson(server: Server) -> Result<()> {
    let state = AppState::new(server.tick(), server.events(), server.shutdown_token());
    let state = state.start_up().await?;
    server.serve(app(state.clone())).await?;
    state.shut_down().await;
    Ok(())
}
// ANCHOR_END: lesson

// ANCHOR: state
/// What the handlers share. A test makes one of its own and changes what it likes.
#[derive(Clone, FromRef)]
pub struct AppState {
    /// The unit of all pauses.
    pub tick: Tick,
    /// The log that makes order visible.
    pub events: EventLog,
    /// Cancelled when the server is told to stop.
    pub shutdown: CancellationToken,
    /// What is created and read under `/crud`.
    pub items: Items,
    /// What start-up loads.
    pub catalogue: Catalogue,
    /// Where the time of day comes from.
    pub clock: Arc<dyn Clock>,
    /// Work that goes on after its response.
    pub tasks: TaskTracker,
}

impl AppState {
    /// A fresh state, before start-up.
    pub fn new(tick: Tick, events: EventLog, shutdown: CancellationToken) -> Self {
        Self {
            tick,
            events,
            shutdown,
            items: Items::examples(),
            catalogue: Catalogue::default(),
            clock: Arc::new(SystemClock),
            tasks: TaskTracker::new(),
        }
    }

    /// What happens before the first request.
    ///
    /// # Errors
    ///
    /// If something cannot be loaded.
    pub async fn start_up(self) -> Result<Self> {
        let catalogue = Catalogue::load().await?;
        self.events.add("start-up: catalogue loaded");
        Ok(Self { catalogue, ..self })
    }

    /// What happens after the last request.
    pub async fn shut_down(self) {
        self.tasks.close();
        self.tasks.wait().await;
        self.events.add("shutdown: catalogue released");
    }
}
// ANCHOR_END: state

// ANCHOR: app
/// The whole lesson as one router, its sections in reading order.
pub fn app(state: AppState) -> Router {
    Router::new()
        .merge(hello::router())
        .merge(crud::router(state.clone()))
        .merge(slashes::router())
        .merge(catalogue::router(state.clone()))
        .merge(greeting::router(state.clone()))
        .merge(waiting::router(state.clone()))
        .merge(background::router(state))
}
// ANCHOR_END: app
