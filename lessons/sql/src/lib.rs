//! The sql lesson: a database, one session a request.
//!
//! ```text
//! cargo run -p lesson-sql
//! curl localhost:8000/main/users/ --json '{"email":"anna@example.org","password":"pw"}'
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
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::timeout::RequestBodyTimeoutLayer;

pub mod database;
#[cfg(feature = "postgres")]
pub mod postgres;
#[cfg(not(feature = "postgres"))]
pub mod sqlite;

pub mod models;
pub mod schemas;

pub mod crud;
pub mod passwords;
pub mod refusals;
pub mod session;
pub mod users;

pub mod changes;
pub mod inside;
pub mod items;
pub mod one_session;
pub mod race;

use database::Pool;
use passwords::Hasher;

/// What the lesson prints when it starts.
pub const LESSON: Lesson = Lesson {
    name: "lesson-sql",
    title: "a database, one session a request",
    try_first: &[
        "{}/main/users/ --json '{\"email\":\"anna@example.org\",\"password\":\"pw\"}'",
        "{}/main/users/",
        "{}/_events",
    ],
    readme: "lessons/sql/README.md",
};

// ANCHOR: state
/// What the handlers share. Each takes the part it needs: `State(tick): State<Tick>`.
#[derive(Clone, FromRef)]
pub struct AppState {
    /// The unit of all pauses.
    pub tick: Tick,
    /// The log that makes order visible.
    pub events: EventLog,
    /// The connections to the database.
    pub pool: Pool,
    /// Makes hashes of passwords.
    pub hasher: Hasher,
    /// Where teardowns run.
    pub after: AfterResponse,
    /// How long a client may be silent within a request's body.
    pub read_timeout: Duration,
}

impl AppState {
    /// What start-up makes, over an open database.
    pub fn new(server: &Server, pool: Pool, hasher: Hasher) -> Self {
        Self {
            tick: server.tick(),
            events: server.events(),
            pool,
            hasher,
            after: server.after_response(),
            read_timeout: server.read_timeout(),
        }
    }
}
// ANCHOR_END: state

// ANCHOR: app
/// The whole lesson as one router, its sections in reading order.
pub fn app(state: AppState) -> Router {
    Router::new()
        .merge(users::router())
        .merge(items::router())
        .merge(changes::router())
        .merge(one_session::router())
        .merge(race::router())
        .merge(inside::router())
        // A `Session` is closed by the exit stack of its request, which this layer makes.
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
