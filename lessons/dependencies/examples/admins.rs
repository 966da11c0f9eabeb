//! The first exercise, solved: a report for admins, and one look-up per request.
//!
//! ```text
//! cargo run -p lesson-dependencies --example admins
//! curl -H 'X-Token: token-of-alice' http://127.0.0.1:8000/report
//! ```

use axum::Router;
use axum::extract::{FromRef, FromRequestParts};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::routing::get;
use axum_extra::extract::Cached;
use fastapi_extract::{Header, Rejection, Secret};
use lesson_dependencies::current_user::Unauthorized;
use lesson_dependencies::guards::is_same;
use lesson_support::{ApiError, EventLog, Lesson, Result, Server, shared_routes};
use serde::Deserialize;

const LESSON: Lesson = Lesson {
    name: "admins",
    title: "a report for admins",
    try_first: &["-H 'X-Token: token-of-alice' {}/report"],
    readme: "lessons/dependencies/README.md",
};

#[tokio::main]
async fn main() -> Result<()> {
    let server = Server::from_args(LESSON).await?;
    let state = AppState { events: server.events() };
    let app = Router::new().route("/report", get(report)).merge(shared_routes(LESSON));
    server.serve(app.with_state(state)).await
}

#[derive(Clone, FromRef)]
struct AppState {
    events: EventLog,
}

#[derive(Deserialize)]
struct TokenHeader {
    x_token: Secret,
}

/// Whoever sent the request. `Clone`, because a cached value is handed out more than once.
#[derive(Clone)]
struct User {
    name: &'static str,
    is_admin: bool,
}

const USERS: [(&str, User); 2] = [
    ("token-of-alice", User { name: "alice", is_admin: true }),
    ("token-of-bob", User { name: "bob", is_admin: false }),
];

impl FromRequestParts<AppState> for User {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Rejection> {
        let Header(TokenHeader { x_token }) = Header::from_request_parts(parts, state).await?;
        state.events.add("token looked up");
        let found = USERS.into_iter().find(|(token, _)| is_same(x_token.expose(), token));
        let (_, user) = found.ok_or(Unauthorized("Unknown token"))?;
        Ok(user)
    }
}

/// Proof that the user is an admin.
struct Admin;

impl FromRequestParts<AppState> for Admin {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Rejection> {
        let Cached(user) = Cached::<User>::from_request_parts(parts, state).await?;
        if !user.is_admin {
            return Err(ApiError::from_status(StatusCode::FORBIDDEN).into());
        }
        Ok(Self)
    }
}

async fn report(_: Admin, Cached(user): Cached<User>) -> String {
    format!("for {}: all is well", user.name)
}
