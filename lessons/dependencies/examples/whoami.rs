//! A whole program in plain axum, with a dependency and its test.
//!
//! ```text
//! cargo run -p lesson-dependencies --example whoami
//! curl -H 'X-Token: token-of-alice' http://127.0.0.1:8000/me
//! ```

// ANCHOR: program
use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde_json::json;
use tokio::net::TcpListener;

#[derive(Clone)]
struct AppState {
    users: Arc<HashMap<String, String>>, // whose token is it?
}

fn app(state: AppState) -> Router {
    Router::new().route("/me", get(me)).with_state(state)
}

async fn me(CurrentUser(name): CurrentUser) -> String {
    format!("You're {name}.")
}

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let users = HashMap::from([("token-of-alice".to_owned(), "alice".to_owned())]);
    let listener = TcpListener::bind("127.0.0.1:8000").await?;
    axum::serve(listener, app(AppState { users: Arc::new(users) })).await
}
// ANCHOR_END: program

// ANCHOR: current-user
/// The name of the user who sent the request.
struct CurrentUser(String);

impl FromRequestParts<AppState> for CurrentUser {
    type Rejection = Unauthorized;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Unauthorized> {
        let token = parts.headers.get("x-token").ok_or(Unauthorized("Not authenticated"))?;
        let name = token.to_str().ok().and_then(|token| state.users.get(token));
        Ok(Self(name.ok_or(Unauthorized("Unknown token"))?.clone()))
    }
}

/// A 401, which must say in a header what the client should have sent.
struct Unauthorized(&'static str);

impl IntoResponse for Unauthorized {
    fn into_response(self) -> Response {
        let scheme = [(header::WWW_AUTHENTICATE, "APIKey")]; // FastAPI's name for it
        (StatusCode::UNAUTHORIZED, scheme, Json(json!({ "detail": self.0 }))).into_response()
    }
}
// ANCHOR_END: current-user

#[cfg(test)]
mod refusals {
    use axum::body::{Body, to_bytes};
    use axum::http::Request;
    use tower::ServiceExt;

    use super::*;

    #[tokio::test]
    async fn a_client_without_a_token_is_told_what_to_send() {
        for (token, detail) in [
            (None, r#"{"detail":"Not authenticated"}"#),
            (Some(&b"any"[..]), r#"{"detail":"Unknown token"}"#),
            (Some(b"\xff"), r#"{"detail":"Unknown token"}"#),
        ] {
            let request = Request::get("/me");
            let request = token.into_iter().fold(request, |r, token| r.header("X-Token", token));
            let app = app(AppState { users: Arc::default() });
            let response = app.oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
            assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
            assert_eq!(response.headers()[header::WWW_AUTHENTICATE], "APIKey");
            let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
            assert_eq!(body, detail);
        }
    }
}

// ANCHOR: test
#[cfg(test)]
mod tests {
    use axum::body::{Body, to_bytes};
    use axum::http::Request;
    use tower::ServiceExt; // for `oneshot`

    use super::*;

    #[tokio::test]
    async fn a_test_brings_its_own_users() {
        let users = Arc::new(HashMap::from([("any".to_owned(), "bob".to_owned())]));
        let request = Request::get("/me").header("X-Token", "any").body(Body::empty()).unwrap();
        let response = app(AppState { users }).oneshot(request).await.unwrap();
        let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        assert_eq!(body, "You're bob.");
    }
}
// ANCHOR_END: test
