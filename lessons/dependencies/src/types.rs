//! The type of an argument decides what a handler gets.
//!
// ANCHOR: not-an-extractor
//! It must be an extractor. A string isn't one, so this handler doesn't compile:
//!
//! ```compile_fail,E0277
//! #[axum::debug_handler]
//! async fn handler(value: &'static str) {}
//! ```
//!
//! This one does:
//!
//! ```
//! #[axum::debug_handler]
//! async fn handler(value: axum::http::HeaderMap) {}
//! ```
// ANCHOR_END: not-an-extractor
//!
// ANCHOR: one-body
//! A body can be read only once, so this doesn't compile either:
//!
//! ```compile_fail
//! #[axum::debug_handler]
//! async fn handler(first: String, second: String) {}
//! ```
//!
//! One reader is fine, as the last argument:
//!
//! ```
//! #[axum::debug_handler]
//! async fn handler(headers: axum::http::HeaderMap, body: String) {}
//! ```
// ANCHOR_END: one-body

use axum::routing::get;
use axum::{Json, Router};
use fastapi_extract::Query;

use crate::AppState;
use crate::function::CommonParams;

/// The section's routes.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/repeat/items/", get(repeat_items))
        .route("/repeat/users/", get(repeat_users))
        .route("/alias/items/", get(alias_items))
}

async fn repeat_items(Query(params): Query<CommonParams>) -> Json<CommonParams> {
    Json(params)
}

async fn repeat_users(Query(params): Query<CommonParams>) -> Json<CommonParams> {
    Json(params)
}

// ANCHOR: alias
/// Another name for the same type.
pub type Common = Query<CommonParams>;

async fn alias_items(Query(params): Common) -> Json<CommonParams> {
    Json(params)
}
// ANCHOR_END: alias
