//! What a test can replace: a value in the state.

use std::collections::HashMap;

use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::routing::get;
use axum::{Json, Router};
use fastapi_extract::{Header, Rejection, Secret};
use lesson_support::ApiError;
use serde::{Deserialize, Serialize};

use crate::AppState;

// ANCHOR: sessions
/// Knows who is behind a token. Tests bring their own.
pub trait Sessions: Send + Sync {
    /// The user's name; `None` for an unknown token.
    fn user(&self, token: &str) -> Option<String>;
}

/// The sessions of the running server.
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
// ANCHOR_END: sessions

// ANCHOR: user
#[derive(Deserialize)]
struct TokenHeader {
    x_token: Secret,
}

/// The name of the user who sent the request.
pub struct CurrentUser(String);

impl FromRequestParts<AppState> for CurrentUser {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Rejection> {
        let Header(TokenHeader { x_token }) = Header::from_request_parts(parts, state).await?;
        let unknown = || ApiError::new(StatusCode::UNAUTHORIZED, "Unknown token");
        Ok(Self(state.sessions.user(x_token.expose()).ok_or_else(unknown)?))
    }
}

/// The section's route.
pub fn router() -> Router<AppState> {
    Router::new().route("/override/me", get(me))
}

#[derive(Serialize)]
struct Me {
    user: String,
}

async fn me(CurrentUser(user): CurrentUser) -> Json<Me> {
    Json(Me { user })
}
// ANCHOR_END: user
