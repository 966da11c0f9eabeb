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
use std::time::Duration;

use axum::Router;
use axum::extract::FromRef;
use axum::middleware::from_fn_with_state;
use lesson_support::{AfterResponse, EventLog, Lesson, Server, Tick, request_scope};
use lesson_support::{method_not_allowed, not_found, panic_response, request_log, shared_routes};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::timeout::RequestBodyTimeoutLayer;

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
};

// ANCHOR: state
/// What handlers and extractors share: each takes the part that it needs.
#[derive(Clone, FromRef)]
pub struct AppState {
    /// The unit of all pauses.
    pub tick: Tick,
    /// The log that makes order visible.
    pub events: EventLog,
    /// Where background tasks and teardowns run.
    pub after: AfterResponse,
    /// How long a client may be silent within a request's body.
    pub read_timeout: Duration,
    /// How many `CommonQueryParams` were made (section 4).
    pub made: Made,
    /// What the guards compare with (section 7).
    pub secrets: Secrets,
    /// Who is behind a token (section 11).
    pub sessions: Arc<dyn Sessions>,
}

impl AppState {
    /// The state that the server starts with.
    pub fn new(server: &Server) -> Self {
        Self {
            tick: server.tick(),
            events: server.events(),
            after: server.after_response(),
            read_timeout: server.read_timeout(),
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
        .merge(function::router())
        .merge(types::router())
        .merge(reuse::router())
        .merge(class::router())
        .merge(sub::router())
        .merge(cached::router())
        .merge(guards::router(&state))
        .merge(guarded_router::router(&state))
        .merge(guarded_app::router(&state))
        .merge(params::router())
        .merge(instance::router())
        .merge(overrides::router())
        .merge(scope_function::router())
        .merge(scope_guard::router())
        .merge(scope_layer::router(&state))
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
