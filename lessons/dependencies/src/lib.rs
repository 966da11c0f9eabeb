//! The dependencies lesson: what a handler needs, and what comes after it.
//!
//! ```text
//! cargo run -p lesson-dependencies
//! ```
//!
//! The lesson itself is `README.md`, one folder up. [`app`] lists the modules in
//! reading order.

// Extractors.
mod cached;
mod checked;
mod class;
pub mod current_user;
pub mod function;
mod params;
mod sub;
pub mod types;

// Layers.
pub mod guarded_app;
mod guarded_router;
pub mod guards;

// State.
pub mod instance;

// After the handler: a function, a drop guard, layers.
mod read_body;
mod scope_function;
mod scope_guard;
mod scope_layer;
mod time_limit;

// After the handler: the exit stack.
mod yield_chain;
mod yield_db;
mod yield_endings;
mod yield_errors;
mod yield_internal;
mod yield_leaving;
mod yield_manager;
mod yield_once;
mod yield_timing;

use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use axum::Router;
use axum::extract::FromRef;
use axum::middleware::from_fn_with_state;
use lesson_support::{AfterResponse, EventLog, Lesson, Server, Tick, request_scope};
use lesson_support::{method_not_allowed, not_found, panic_response, request_log, shared_routes};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::timeout::RequestBodyTimeoutLayer;

use crate::current_user::{InMemorySessions, Sessions};
use crate::guards::Secrets;
use crate::instance::FixedContentQueryChecker;

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
};

/// What handlers and extractors share. Each takes the part that it needs.
// ANCHOR: state
#[derive(Clone, FromRef)]
pub struct AppState {
    /// Who is behind a token.
    pub sessions: Arc<dyn Sessions>,
    /// Configured once, for every request.
    pub checker: FixedContentQueryChecker,
    /// What the guards compare with.
    pub secrets: Secrets,
    /// The lines at `/_events`, which make order visible.
    pub events: EventLog,
    // ANCHOR_END: state
    /// How many requests have asked for `CommonQueryParams`.
    pub made: Arc<AtomicU64>,
    /// The unit of all pauses.
    pub tick: Tick,
    /// How long a client may be silent within a request's body.
    pub read_timeout: Duration,
    /// Where background tasks and teardowns run.
    pub after: AfterResponse,
}

impl AppState {
    /// The state that the server starts with.
    pub fn new(server: &Server) -> Self {
        Self {
            sessions: Arc::new(InMemorySessions::of_alice()),
            checker: FixedContentQueryChecker::new("bar"),
            secrets: Secrets::fake(),
            events: server.events(),
            made: Arc::default(),
            tick: server.tick(),
            read_timeout: server.read_timeout(),
            after: server.after_response(),
        }
    }
}

// ANCHOR: app
/// The whole lesson as one router.
pub fn app(state: AppState) -> Router {
    Router::new()
        // Extractors.
        .merge(function::router())
        .merge(types::router())
        .merge(current_user::router())
        .merge(class::router())
        .merge(sub::router())
        .merge(cached::router())
        .merge(params::router())
        .merge(checked::router())
        // Layers.
        .merge(guards::router(&state))
        .merge(guarded_router::router(&state))
        .merge(guarded_app::router(&state))
        // State.
        .merge(instance::router())
        // After the handler: a function, a drop guard, a layer, the exit stack.
        .merge(scope_function::router())
        .merge(scope_guard::router())
        .merge(scope_layer::router(&state))
        .merge(time_limit::router(&state))
        .merge(read_body::router(&state))
        .merge(yield_db::router())
        .merge(yield_chain::router())
        .merge(yield_timing::router())
        .merge(yield_errors::router())
        .merge(yield_internal::router())
        .merge(yield_once::router())
        .merge(yield_manager::router())
        .merge(yield_endings::router())
        .merge(yield_leaving::router(&state))
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
