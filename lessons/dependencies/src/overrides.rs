//! A dependency that tests replace.

use std::collections::HashMap;

use axum::Router;
use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::routing::get;
use fastapi_extract::{Header, Json, Rejection};
use lesson_support::ApiError;
use serde::{Deserialize, Serialize};

use crate::AppState;

// ANCHOR: sessions
/// Who is behind a token. Tests bring one of their own.
pub trait Sessions: Send + Sync {
    /// The user's name; `None` for a token that is not known.
    fn user(&self, token: &str) -> Option<String>;
}

/// The sessions that the server knows.
pub struct InMemorySessions(HashMap<String, String>);

impl InMemorySessions {
    /// One session, of alice.
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
    x_token: String,
}

/// The name of the user who sent the request.
pub struct CurrentUser(String);

impl FromRequestParts<AppState> for CurrentUser {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Rejection> {
        let Header(TokenHeader { x_token }) = Header::from_request_parts(parts, state).await?;
        let user = state.sessions.user(&x_token);
        let unknown = || ApiError::new(StatusCode::UNAUTHORIZED, "Unknown token");
        Ok(Self(user.ok_or_else(unknown)?))
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
