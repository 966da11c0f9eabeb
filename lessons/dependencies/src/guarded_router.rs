//! A guard for every route of a router.

use axum::extract::Request;
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::routing::get;
use axum::{Json, Router};
use fastapi_extract::Path;
use lesson_support::ApiError;
use serde_json::{Value, json};

use crate::AppState;
use crate::guards::VerifiedToken;

// ANCHOR: guard
/// The section's routes, all of them behind the guard.
pub fn router(state: &AppState) -> Router<AppState> {
    Router::new()
        .route("/router/items/", get(items))
        .route("/router/items/{item_id}", get(item))
        .route("/router/pages/{number}", get(page))
        .route_layer(from_fn_with_state(state.clone(), require_token))
}

// ANCHOR: require-token
/// A layer written as a function. It takes extractors, as a handler does.
async fn require_token(_: VerifiedToken, request: Request, next: Next) -> Response {
    next.run(request).await
}
// ANCHOR_END: require-token
// ANCHOR_END: guard

async fn items() -> Json<Value> {
    Json(json!([{ "item": "Foo" }]))
}

async fn item(Path(item_id): Path<String>) -> Result<Json<Value>, ApiError> {
    match item_id.as_str() {
        "foo" => Ok(Json(json!({ "item": "Foo" }))),
        _ => Err(ApiError::new(StatusCode::NOT_FOUND, "Item not found")),
    }
}

async fn page(Path(number): Path<i64>) -> Json<i64> {
    Json(number)
}
