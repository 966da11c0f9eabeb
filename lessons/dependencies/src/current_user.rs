//! An extractor of your own: who sent the request. A test can replace what it asks.

use std::collections::HashMap;

// ANCHOR: use
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::routing::get;
use axum::{Json, Router};
use fastapi_extract::{Header, Rejection, Secret};
use lesson_support::ApiError;
use serde::{Deserialize, Serialize};

use crate::AppState;
// ANCHOR_END: use

// ANCHOR: current-user
#[derive(Deserialize)]
struct TokenHeader {
    x_token: Secret, // a string that no log and no 422 shows
}

/// The name of the user who sent the request.
pub struct CurrentUser(String);

impl FromRequestParts<AppState> for CurrentUser {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Rejection> {
        let Header(TokenHeader { x_token }) = Header::from_request_parts(parts, state).await?;
        let user = state.sessions.user(x_token.expose());
        Ok(Self(user.ok_or_else(|| unauthorized("Unknown token"))?))
    }
}

#[derive(Serialize)]
struct Me {
    user: String,
}

async fn me(CurrentUser(user): CurrentUser) -> Json<Me> {
    Json(Me { user })
}
// ANCHOR_END: current-user

/// The section's route.
pub fn router() -> Router<AppState> {
    Router::new().route("/override/me", get(me))
}

// ANCHOR: unauthorized
/// A 401, which HTTP requires to name what the client should have sent.
///
/// For a header of your own there is no registered name; this is the one that FastAPI uses.
pub fn unauthorized(detail: &str) -> ApiError {
    let scheme = HeaderValue::from_static("APIKey");
    ApiError::new(StatusCode::UNAUTHORIZED, detail).with_header(header::WWW_AUTHENTICATE, scheme)
}
// ANCHOR_END: unauthorized

// ANCHOR: sessions
/// Knows who is behind a token. Tests bring their own.
pub trait Sessions: Send + Sync {
    /// The user's name; `None` for an unknown token.
    fn user(&self, token: &str) -> Option<String>;
}
// ANCHOR_END: sessions

/// The sessions of the running server.
///
/// A token is found by its hash, whose key is random in each process: a guess doesn't get better
/// by measuring how long the answer takes.
pub struct InMemorySessions(HashMap<String, String>);

impl InMemorySessions {
    /// A single session: alice's.
    pub fn of_alice() -> Self {
        Self(HashMap::from([("token-of-alice".to_owned(), "alice".to_owned())]))
    }
}

impl Sessions for InMemorySessions {
    fn user(&self, token: &str) -> Option<String> {
        self.0.get(token).cloned()
    }
}
