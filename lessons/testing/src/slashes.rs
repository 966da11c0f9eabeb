//! The redirect from a path without its slash, which axum does not do by itself.

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
/// The section's routes: the one with the slash, and the way to it.
pub fn router() -> Router<AppState> {
    Router::new().route("/slashes/", post(echo)).route("/slashes", post(add_slash))
}

/// Redirects to the same path with a slash: for a route, and for a fallback, nested or not.
///
/// 307, so that the client sends the same method and the same body again.
///
/// # Errors
///
/// 404 for a path that has its slash already. As a fallback it would lead to itself.
pub async fn add_slash(OriginalUri(uri): OriginalUri) -> Result<Redirect, ApiError> {
    // What follows two slashes is another host, and for a browser a backslash is a slash.
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
