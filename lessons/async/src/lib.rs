//! The async lesson: waiting, blocking, and what they do to everybody else.
//!
//! ```text
//! cargo run -p lesson-async
//! cargo run -p lesson-async --example timeline
//! ```
//!
//! The text of the lesson is `README.md` beside this folder. The modules are its
//! sections, in reading order.

use axum::Router;
use axum::extract::FromRef;
use lesson_support::{EventLog, Lesson, Result, Server, Threads, Tick};

pub mod cores;
pub mod cpu;
pub mod in_place;
pub mod leaving;
pub mod metrics;
pub mod three_handlers;
pub mod watchdog;
pub mod where_it_runs;

use cores::Cores;

// ANCHOR: threads
/// How many requests may block at the same time: what FastAPI's pool allows.
pub const BLOCKING_THREADS: usize = 40;

/// What the lesson prints when it starts, and the threads it runs on.
pub const LESSON: Lesson = Lesson {
    name: "lesson-async",
    title: "waiting, blocking, and what they do to everybody else",
    try_first: &["{}/both/async", "{}/both/sync", "{}/blocking/async-blocking"],
    readme: "lessons/async/README.md",
    threads: Threads { workers: Some(1), blocking: Some(BLOCKING_THREADS) },
};
// ANCHOR_END: threads

// ANCHOR: lesson
/// Everything before `serve` is start-up, everything after it is shutdown.
///
/// # Errors
///
/// If a thread cannot be started, or the listener fails.
pub async fn lesson(server: Server) -> Result<()> {
    let state = AppState::new(&server)?;
    // Stops its thread when it is dropped, at the end of this function.
    let _watchdog = watchdog::start(state.tick, state.events.clone())?;
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
    /// The threads for work that computes.
    pub cores: Cores,
}
// ANCHOR_END: state

impl AppState {
    fn new(server: &Server) -> Result<Self> {
        Ok(Self { tick: server.tick(), events: server.events(), cores: Cores::new()? })
    }
}

// ANCHOR: app
/// The whole lesson as one router, its sections in reading order.
pub fn app(state: AppState) -> Router {
    Router::new()
        .merge(three_handlers::router(state.clone()))
        .merge(where_it_runs::router())
        .merge(in_place::router(state.clone()))
        .merge(cpu::router(state.clone()))
        .merge(leaving::router(state))
        .merge(metrics::router())
}
// ANCHOR_END: app
