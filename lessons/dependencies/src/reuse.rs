//! One dependency for many routes, and a shorter name for it.

use axum::Router;
use axum::routing::get;
use fastapi_extract::{Json, Query};

use crate::AppState;
use crate::function::CommonParams;

// ANCHOR: repeat
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
// ANCHOR_END: repeat

// ANCHOR: alias
/// A name, not a new type.
pub type Common = Query<CommonParams>;

async fn alias_items(Query(params): Common) -> Json<CommonParams> {
    Json(params)
}
// ANCHOR_END: alias
