//! The redirect from a path without its slash, which axum does not do by itself.

use axum::http::Uri;
use axum::response::Redirect;
use axum::routing::post;
use axum::{Json, Router};
use fastapi_extract::Json as Body;
use serde::{Deserialize, Serialize};

use crate::AppState;

// ANCHOR: slashes
/// The section's routes: the one with the slash, and the way to it.
pub fn router() -> Router<AppState> {
    Router::new().route("/slashes/", post(echo)).route("/slashes", post(add_slash))
}

/// 307, so that the client sends the same method and the same body again.
async fn add_slash(uri: Uri) -> Redirect {
    let query = uri.query().map(|query| format!("?{query}")).unwrap_or_default();
    Redirect::temporary(&format!("{}/{query}", uri.path()))
}
// ANCHOR_END: slashes

#[derive(Deserialize, Serialize)]
struct Note {
    text: String,
}

async fn echo(Body(note): Body<Note>) -> Json<Note> {
    Json(note)
}
