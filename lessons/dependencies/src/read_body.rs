//! A layer that reads the body, and puts it back for the handler.

use std::error::Error;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::routing::post;
use fastapi_extract::Json;
use http_body_util::LengthLimitError;
use lesson_support::{ApiError, EventLog};
use serde::{Deserialize, Serialize};

use crate::AppState;

/// How much of a body the layer keeps in memory, in bytes.
const MAX_BODY: usize = 1024;

/// The section's route, behind the layer.
pub fn router(state: &AppState) -> Router<AppState> {
    Router::new()
        .route("/read-body/items", post(create))
        .route_layer(from_fn_with_state(state.clone(), note_length))
}

// ANCHOR: note-length
/// The place to check a signature of the bytes, before anybody parses them.
async fn note_length(
    State(events): State<EventLog>,
    request: Request,
    next: Next,
) -> Result<Response, ApiError> {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, MAX_BODY).await.map_err(|error| not_received(&error))?;
    events.add(format!("{} bytes", body.len()));
    Ok(next.run(Request::from_parts(parts, Body::from(body))).await)
}
// ANCHOR_END: note-length

// ANCHOR: not-received
fn not_received(error: &axum::Error) -> ApiError {
    let is_too_long = error.source().is_some_and(|cause| cause.is::<LengthLimitError>());
    ApiError::from_status(match is_too_long {
        true => StatusCode::PAYLOAD_TOO_LARGE,
        false => StatusCode::BAD_REQUEST, // broken off, or silent for too long
    })
}
// ANCHOR_END: not-received

#[derive(Deserialize, Serialize)]
struct Spanner {
    size: i64,
}

async fn create(Json(spanner): Json<Spanner>) -> Json<Spanner> {
    Json(spanner)
}
