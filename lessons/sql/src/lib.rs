//! The sql lesson: a database, one session a request.
//!
//! ```text
//! cargo run -p lesson-sql
//! curl localhost:8000/main/users/ --json '{"email":"anna@example.org","password":"pw"}'
//! ```
//!
//! The text of the lesson is `README.md` beside this folder. The modules are its
//! sections, in reading order.

use axum::extract::FromRef;
use axum::{Router, middleware};
use lesson_support::{EventLog, Lesson, Result, Server, Threads, Tick, request_scope};

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

use database::{Pool, Settings, with_database};
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
    threads: Threads::DEFAULT,
};

// ANCHOR: lesson
/// Everything before `serve` is start-up, everything after it is shutdown.
///
/// # Errors
///
/// If a setting is wrong, the database cannot be opened, or the listener fails.
pub async fn lesson(server: Server) -> Result<()> {
    let settings = Settings::new(&server)?;
    let hasher = Hasher::new(&server)?;
    with_database(&settings, async |pool| {
        let state = AppState { tick: server.tick(), events: server.events(), pool, hasher };
        server.serve(app(state)).await?;
        Ok(())
    })
    .await
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
    /// The connections to the database.
    pub pool: Pool,
    /// Makes hashes of passwords.
    pub hasher: Hasher,
}
// ANCHOR_END: state

// ANCHOR: app
/// The whole lesson as one router, its sections in reading order.
pub fn app(state: AppState) -> Router {
    Router::new()
        .merge(users::router(state.clone()))
        .merge(items::router(state.clone()))
        .merge(changes::router(state.clone()))
        .merge(one_session::router(state.clone()))
        .merge(race::router(state.clone()))
        .merge(inside::router(state))
        // A `Session` is closed by the exit stack of its request, which this layer makes.
        .layer(middleware::from_fn(request_scope))
}
// ANCHOR_END: app
