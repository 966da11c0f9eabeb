//! What can be a dependency, and what says which one it is: in Rust, the type says both.

use axum::routing::get;
use axum::{Json, Router};
use fastapi_extract::Query;
use serde::{Deserialize, Serialize};

use crate::AppState;
use crate::function::CommonParams;

// ANCHOR: router
/// The section's routes.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/not-callable/why", get(why))
        .route("/untyped/items/", get(items::<CommonParams>))
        .route("/untyped/items-wrong-type/", get(items::<AllRequired>))
}
// ANCHOR_END: router

// ANCHOR: untyped
/// Knows of its argument only that it can be read from the query and written as JSON.
async fn items<T: Serialize>(Query(params): Query<T>) -> Json<T> {
    Json(params)
}

/// Another type, so another dependency: it has no defaults.
#[derive(Deserialize, Serialize)]
struct AllRequired {
    q: String,
    skip: i64,
    limit: i64,
}
// ANCHOR_END: untyped

// ANCHOR: not-callable
#[derive(Serialize)]
struct CompileError {
    error: &'static str,
    message: &'static str,
}

/// A string is no extractor, so this handler does not compile:
///
/// ```compile_fail,E0277
/// #[axum::debug_handler]
/// async fn handler(value: &'static str) {}
/// ```
///
/// This one does:
///
/// ```
/// #[axum::debug_handler]
/// async fn handler(value: axum::http::HeaderMap) {}
/// ```
async fn why() -> Json<CompileError> {
    Json(CompileError {
        error: "E0277",
        message: "the trait `FromRequestParts<()>` is not implemented for `&'static str`",
    })
}
// ANCHOR_END: not-callable
