//! Guards: extractors that can refuse a request, as a layer or as an argument.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::middleware::from_extractor_with_state;
use axum::routing::get;
use axum::{Json, Router};
use fastapi_extract::{All, Header, Path, Rejection, Secret};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use subtle::ConstantTimeEq;

use crate::AppState;

/// What the guards compare with. It isn't `Debug`, so it can't end up in a log.
#[derive(Clone)]
pub struct Secrets {
    /// The right `X-Token`.
    pub token: Arc<str>,
    /// The right `X-Key`.
    pub key: Arc<str>,
}

impl Secrets {
    /// The ones in FastAPI's tutorial. Read real ones from the environment, at start-up.
    pub fn fake() -> Self {
        Self { token: "fake-super-secret-token".into(), key: "fake-super-secret-key".into() }
    }
}

/// Whether a client has sent the right secret.
///
/// `==` stops at the first byte that differs, so by measuring its time a client could find a
/// secret byte by byte. This looks at every byte. Only a text of another length is refused at
/// once: the length of a random token isn't secret.
pub fn is_same(given: &str, right: &str) -> bool {
    given.as_bytes().ct_eq(right.as_bytes()).into()
}

#[derive(Deserialize)]
struct TokenHeader {
    x_token: Secret,
}

/// Proof that the request has the right `X-Token`. Its field is private, so only the extractor can
/// make one.
pub struct VerifiedToken(());

impl FromRequestParts<AppState> for VerifiedToken {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Rejection> {
        let Header(TokenHeader { x_token }) = Header::from_request_parts(parts, state).await?;
        state.events.add("token checked");
        if !is_same(x_token.expose(), &state.secrets.token) {
            return Err(Rejection::raised(StatusCode::BAD_REQUEST, "X-Token header invalid"));
        }
        Ok(Self(()))
    }
}

// ANCHOR: key
#[derive(Deserialize)]
struct KeyHeader {
    x_key: Secret,
}

/// The right `X-Key`, for handlers that need it.
pub struct VerifiedKey(Secret);

impl FromRequestParts<AppState> for VerifiedKey {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Rejection> {
        let Header(KeyHeader { x_key }) = Header::from_request_parts(parts, state).await?;
        state.events.add("key checked");
        if !is_same(x_key.expose(), &state.secrets.key) {
            return Err(Rejection::raised(StatusCode::BAD_REQUEST, "X-Key header invalid"));
        }
        Ok(Self(x_key))
    }
}
// ANCHOR_END: key

// ANCHOR: both
/// Both guards as one extractor. If both headers are missing, one 422 says so.
pub type BothVerified = All<(VerifiedToken, VerifiedKey)>;
// ANCHOR_END: both

// ANCHOR: route
/// The section's routes.
pub fn router(state: &AppState) -> Router<AppState> {
    let both_verified = from_extractor_with_state::<BothVerified, _>(state.clone());
    Router::new()
        .route("/decorator/items/", get(items).route_layer(both_verified))
        .route("/decorator/key-reused/", get(key_reused))
        .route("/decorator/pages/{number}", get(page))
}
// ANCHOR_END: route

async fn items() -> Json<Value> {
    Json(json!([{ "item": "Foo" }, { "item": "Bar" }]))
}

#[derive(Serialize)]
struct Key {
    key: String,
}

async fn key_reused(VerifiedKey(key): VerifiedKey) -> Json<Key> {
    Json(Key { key: key.into_exposed() })
}

// ANCHOR: argument
/// The guard as an argument. One 422 reports its problems together with the path's.
async fn page(All((_, Path(number))): All<(VerifiedToken, Path<i64>)>) -> Json<i64> {
    Json(number)
}
// ANCHOR_END: argument

#[cfg(test)]
mod tests {
    use super::is_same;

    #[test]
    fn only_the_whole_secret_is_right() {
        assert!(is_same("secret", "secret"));
        assert!(is_same("géheim", "géheim"));
        for wrong in
            ["", "s", "secre", "secrets", "Secret", "secreT", "sécret", "terces", "secret\0"]
        {
            assert!(!is_same(wrong, "secret"), "{wrong:?}");
            assert!(!is_same("secret", wrong), "{wrong:?}");
        }
    }
}
