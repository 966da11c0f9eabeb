//! The background-tasks lesson: work after the response, and work that must not be lost.
//!
//! ```text
//! cargo run -p lesson-background-tasks
//! curl http://127.0.0.1:8000/sync/
//! ```
//!
//! The text of the lesson is `README.md` beside this folder. The modules are its
//! sections, in reading order.

use axum::extract::FromRef;
use axum::{Router, middleware};
use lesson_support::{EventLog, Lesson, Result, Server, Threads, Tick, request_scope};
use tokio_util::task::TaskTracker;

pub mod by_hand;
#[cfg(feature = "durable")]
pub mod durable;
pub mod hello;
pub mod large;
pub mod several;
pub mod shared;
pub mod spawned;

// ANCHOR: threads
/// What the lesson prints when it starts, and the threads it runs on.
pub const LESSON: Lesson = Lesson {
    name: "lesson-background-tasks",
    title: "work after the response, and work that must not be lost",
    try_first: &["{}/sync/", "{}/several/in-order", "{}/_events"],
    readme: "lessons/background-tasks/README.md",
    // FastAPI's event loop is one thread.
    threads: Threads { workers: Some(1), ..Threads::DEFAULT },
};
// ANCHOR_END: threads

// ANCHOR: lesson
/// Everything before `serve` is start-up, everything after it is shutdown.
///
/// # Errors
///
/// If the listener fails.
pub async fn lesson(server: Server) -> Result<()> {
    let spawned = TaskTracker::new();
    let state = AppState { tick: server.tick(), events: server.events(), spawned: spawned.clone() };
    let grace_over = tokio::spawn(server.grace_over());

    server.serve(app(state)).await?;

    spawned.close();
    tokio::select! {
        () = spawned.wait() => {}
        _ = grace_over => tracing::warn!("left behind: {} spawned tasks", spawned.len()),
    }
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
    /// The spawned tasks that the shutdown waits for.
    pub spawned: TaskTracker,
}
// ANCHOR_END: state

// ANCHOR: app
/// The whole lesson as one router, its sections in reading order.
pub fn app(state: AppState) -> Router {
    Router::new()
        .merge(hello::router(state.clone()))
        .merge(several::router(state.clone()))
        .merge(shared::router(state.clone()))
        .merge(by_hand::router(state.clone()))
        .merge(large::router(state.clone()))
        .merge(spawned::router(state))
        .layer(middleware::from_fn(request_scope))
}
// ANCHOR_END: app
