//! One guard for all routes of a router.

use axum::Router;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::routing::get;
use fastapi_extract::{Json, Path};
use lesson_support::ApiError;
use serde::Serialize;

use crate::AppState;
use crate::guards::VerifiedToken;

// ANCHOR: router
/// The section's routes, all of them behind `require_token`.
pub fn router(state: &AppState) -> Router<AppState> {
    Router::new()
        .route("/router/items/", get(items))
        .route("/router/items/{item_id}", get(item))
        .route("/router/pages/{number}", get(page))
        .route_layer(from_fn_with_state(state.clone(), require_token))
}

/// A layer written as a function. Like a handler it takes extractors, and refuses if one does.
async fn require_token(_: VerifiedToken, request: Request, next: Next) -> Response {
    next.run(request).await
}
// ANCHOR_END: router

// ANCHOR: items
#[derive(Serialize)]
struct Item {
    item: &'static str,
}

async fn items() -> Json<[Item; 1]> {
    Json([Item { item: "Foo" }])
}

async fn item(Path(item_id): Path<String>) -> Result<Json<Item>, ApiError> {
    match item_id.as_str() {
        "foo" => Ok(Json(Item { item: "Foo" })),
        _ => Err(ApiError::new(StatusCode::NOT_FOUND, "Item not found")),
    }
}

async fn page(Path(number): Path<i64>) -> Json<i64> {
    Json(number)
}
// ANCHOR_END: items
