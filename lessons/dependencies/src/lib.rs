//! The dependencies lesson: what a handler needs, and what comes after it.
//!
//! ```text
//! cargo run -p lesson-dependencies
//! ```
//!
//! The text of the lesson is `README.md` beside this folder. The modules are its
//! sections, in reading order.

pub mod cached;
pub mod class;
pub mod function;
pub mod guarded_app;
pub mod guarded_router;
pub mod guards;
pub mod instance;
pub mod overrides;
pub mod params;
pub mod reuse;
pub mod scope_function;
pub mod scope_guard;
pub mod scope_layer;
pub mod sub;
pub mod types;
pub mod yield_chain;
pub mod yield_db;
pub mod yield_endings;
pub mod yield_errors;
pub mod yield_internal;
pub mod yield_leaving;
pub mod yield_manager;
pub mod yield_once;
pub mod yield_timing;

use std::sync::Arc;

use axum::extract::FromRef;
use axum::{Router, middleware};
use lesson_support::{EventLog, Lesson, Result, Server, Threads, Tick, request_scope};

use crate::class::Made;
use crate::guards::Secrets;
use crate::overrides::{InMemorySessions, Sessions};

/// What the lesson prints when it starts.
pub const LESSON: Lesson = Lesson {
    name: "lesson-dependencies",
    title: "what a handler needs, and what comes after it",
    try_first: &[
        "'{}/function/items/?q=foo&skip=1'",
        "-b last_query=old {}/sub/items/",
        "{}/decorator/items/",
    ],
    readme: "lessons/dependencies/README.md",
    threads: Threads::DEFAULT,
};

// ANCHOR: lesson
/// Everything before `serve` is start-up, everything after it is shutdown.
///
/// # Errors
///
/// If the listener fails.
pub async fn lesson(server: Server) -> Result<()> {
    let state = AppState::new(server.tick(), server.events());
    server.serve(app(state)).await?;
    Ok(())
}
// ANCHOR_END: lesson

// ANCHOR: state
/// What handlers and extractors share: each takes the part that it needs.
#[derive(Clone, FromRef)]
pub struct AppState {
    /// The unit of all pauses.
    pub tick: Tick,
    /// The log that makes order visible.
    pub events: EventLog,
    /// How many `CommonQueryParams` were made (section 4).
    pub made: Made,
    /// What the guards compare with (section 7).
    pub secrets: Secrets,
    /// Who is behind a token (section 11).
    pub sessions: Arc<dyn Sessions>,
}

impl AppState {
    /// The state that the server starts with.
    pub fn new(tick: Tick, events: EventLog) -> Self {
        Self {
            tick,
            events,
            made: Made::default(),
            secrets: Secrets::fake(),
            sessions: Arc::new(InMemorySessions::of_alice()),
        }
    }
}
// ANCHOR_END: state

// ANCHOR: app
/// The whole lesson as one router, its sections in reading order.
pub fn app(state: AppState) -> Router {
    Router::new()
        .merge(function::router(state.clone()))
        .merge(types::router(state.clone()))
        .merge(reuse::router(state.clone()))
        .merge(class::router(state.clone()))
        .merge(sub::router(state.clone()))
        .merge(cached::router(state.clone()))
        .merge(guards::router(state.clone()))
        .merge(guarded_router::router(state.clone()))
        .merge(guarded_app::router(state.clone()))
        .merge(params::router(state.clone()))
        .merge(instance::router())
        .merge(overrides::router(state.clone()))
        .merge(scope_function::router(state.clone()))
        .merge(scope_guard::router(state.clone()))
        .merge(scope_layer::router(state.clone()))
        .merge(yield_db::router(state.clone()))
        .merge(yield_chain::router(state.clone()))
        .merge(yield_timing::router(state.clone()))
        .merge(yield_errors::router(state.clone()))
        .merge(yield_internal::router(state.clone()))
        .merge(yield_once::router(state.clone()))
        .merge(yield_manager::router(state.clone()))
        .merge(yield_endings::router(state.clone()))
        .merge(yield_leaving::router(state))
        .layer(middleware::from_fn(request_scope))
}
// ANCHOR_END: app
