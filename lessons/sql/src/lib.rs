//! The sql lesson: a database behind a web app.
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
use lesson_support::{EventLog, Lesson, Server, Tick};
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

pub mod argon2id;
pub mod crud;
pub mod error;
pub mod login;
pub mod passwords;
pub mod users;

pub mod changes;
pub mod export;
pub mod inside;
pub mod items;
pub mod one_transaction;
pub mod race;

use database::{Pool, Writer};
use passwords::Hasher;

/// What the lesson prints when it starts.
pub const LESSON: Lesson = Lesson {
    name: "lesson-sql",
    title: "a database behind a web app",
    try_first: &[
        "{}/main/users/ --json '{\"email\":\"anna@example.org\",\"password\":\"pw\"}'",
        "{}/main/users/",
        "{}/extra/tables",
    ],
    readme: "lessons/sql/README.md",
};

/// What the handlers share. Each takes the part it needs: `State(pool): State<Pool>`.
// ANCHOR: app-state
#[derive(Clone, FromRef)]
pub struct AppState {
    /// Connections for reading.
    pub pool: Pool,
    /// Connections for writing.
    pub writer: Writer,
    // ANCHOR_END: app-state
    /// Hashes passwords.
    pub hasher: Hasher,
    /// The unit of all pauses.
    pub tick: Tick,
    /// The log that makes order visible.
    pub events: EventLog,
    /// How long a client may pause while it sends a body.
    pub read_timeout: Duration,
}

impl AppState {
    /// What start-up makes, over an open database.
    pub fn new(server: &Server, pool: Pool, writer: Writer, hasher: Hasher) -> Self {
        Self {
            pool,
            writer,
            hasher,
            tick: server.tick(),
            events: server.events(),
            read_timeout: server.read_timeout(),
        }
    }
}

/// The whole lesson as one router, its sections in reading order.
pub fn app(state: AppState) -> Router {
    Router::new()
        .merge(users::router())
        .merge(login::router())
        .merge(items::router())
        .merge(changes::router())
        .merge(one_transaction::router())
        .merge(export::router())
        .merge(race::router())
        .merge(inside::router())
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
