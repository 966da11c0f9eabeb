//! A redirect's status decides what a client does next.

use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::get;
use axum::{Json, Router};
use fastapi_extract::Path;
use lesson_support::ApiError;

use crate::AppState;
use crate::site::Site;

// ANCHOR: statuses
async fn with_status(Path(status): Path<i64>, site: Site) -> Result<impl IntoResponse, ApiError> {
    // Anything below 200 comes before a response, and isn't one.
    let status = u16::try_from(status).ok().filter(|status| (200..600).contains(status));
    let status = status.ok_or_else(|| ApiError::from_status(StatusCode::NOT_FOUND))?;
    let location = site.page("/redirect-status/hello-world");
    Ok((StatusCode::from_u16(status)?, [(header::LOCATION, location)]))
}
// ANCHOR_END: statuses

async fn hello_by_get() -> Json<&'static str> {
    Json("Hello by GET!")
}

async fn hello_by_post() -> Json<&'static str> {
    Json("Hello by POST!")
}

/// The section's routes.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/redirect-status/hello-world", get(hello_by_get).post(hello_by_post))
        .route("/redirect-status/{status}", get(with_status).post(with_status))
}
