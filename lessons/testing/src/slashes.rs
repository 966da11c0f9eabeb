//! A redirect to the path with a slash, which axum doesn't do by itself.

use axum::extract::OriginalUri;
use axum::http::StatusCode;
use axum::response::Redirect;
use axum::routing::post;
use axum::{Json, Router};
use fastapi_extract::Json as Body;
use lesson_support::ApiError;
use serde::{Deserialize, Serialize};

use crate::AppState;

// ANCHOR: slashes
/// The section's routes: the one with the slash, and the one that redirects to it.
pub fn router() -> Router<AppState> {
    Router::new().route("/slashes/", post(echo)).route("/slashes", post(add_slash))
}

/// Redirects to the same path with a slash. Works as a route and as a fallback, nested or not.
///
/// With a 307, the client sends the same method and the same body again.
///
/// # Errors
///
/// 404 for a path that already ends in a slash. As a fallback, it would redirect to itself.
pub async fn add_slash(OriginalUri(uri): OriginalUri) -> Result<Redirect, ApiError> {
    // Two slashes would begin another host's address, and browsers read `\` as `/`.
    let path = uri.path().trim_start_matches(['/', '\\']);
    if path.is_empty() || path.ends_with('/') {
        return Err(ApiError::from_status(StatusCode::NOT_FOUND));
    }
    let query = uri.query().map(|query| format!("?{query}")).unwrap_or_default();
    Ok(Redirect::temporary(&format!("/{path}/{query}")))
}
// ANCHOR_END: slashes

#[derive(Deserialize, Serialize)]
struct Note {
    text: String,
}

async fn echo(Body(note): Body<Note>) -> Json<Note> {
    Json(note)
}
