//! Query parameters that several routes share: a struct, and an argument of its type.

use axum::routing::get;
use axum::{Json, Router};
use fastapi_extract::Query;
use serde::{Deserialize, Serialize};

use crate::AppState;

// ANCHOR: common-params
/// The query parameters that several routes share: `?q=foo&skip=1&limit=2`.
#[derive(Deserialize, Serialize)]
#[serde(default)]
pub struct CommonParams {
    q: Option<String>,
    skip: i64,
    limit: i64,
}

impl Default for CommonParams {
    fn default() -> Self {
        Self { q: None, skip: 0, limit: 100 }
    }
}
// ANCHOR_END: common-params

// ANCHOR: function
/// The section's route.
pub fn router() -> Router<AppState> {
    Router::new().route("/function/items/", get(read_items))
}

async fn read_items(Query(params): Query<CommonParams>) -> Json<CommonParams> {
    Json(params)
}
// ANCHOR_END: function
