//! An extractor of your own: who sent the request. A test can replace what it asks.

use std::collections::HashMap;

// ANCHOR: use
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use fastapi_extract::{Header, Rejection, Secret};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::AppState;
// ANCHOR_END: use

// ANCHOR: current-user
#[derive(Deserialize)]
struct TokenHeader {
    x_token: Secret, // a string that no log and no 422 shows
}

impl FromRequestParts<AppState> for CurrentUser {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Rejection> {
        let Header(TokenHeader { x_token }) = Header::from_request_parts(parts, state).await?;
        let name = state.sessions.user(x_token.expose());
        Ok(Self(name.ok_or(Unauthorized("Unknown token"))?))
    }
}

/// With this, `?` makes a `Rejection` of a 401.
impl From<Unauthorized> for Rejection {
    fn from(error: Unauthorized) -> Self {
        Self::Raised(Box::new(error.into_response()))
    }
}
// ANCHOR_END: current-user

/// The name of the user who sent the request.
#[derive(Clone)]
pub struct CurrentUser(pub String);

#[derive(Serialize)]
struct Me {
    user: String,
}

async fn me(CurrentUser(user): CurrentUser) -> Json<Me> {
    Json(Me { user })
}

/// The section's route.
pub fn router() -> Router<AppState> {
    Router::new().route("/override/me", get(me))
}

/// A 401, which HTTP requires to say what the client should have sent.
///
/// For a header of your own there is no registered name; this is the one that FastAPI uses.
pub struct Unauthorized(pub &'static str);

impl IntoResponse for Unauthorized {
    fn into_response(self) -> Response {
        let scheme = [(header::WWW_AUTHENTICATE, "APIKey")];
        (StatusCode::UNAUTHORIZED, scheme, Json(json!({ "detail": self.0 }))).into_response()
    }
}

/// Knows who is behind a token. Tests bring their own.
pub trait Sessions: Send + Sync {
    /// The user's name; `None` for an unknown token.
    fn user(&self, token: &str) -> Option<String>;
}

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
