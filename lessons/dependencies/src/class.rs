//! Extractors of your own: one that is written, and one that is derived.

use std::sync::atomic::Ordering;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::routing::get;
use axum::{Json, Router};
use fastapi_extract::{Query, Rejection};
use serde::{Deserialize, Serialize};

use crate::AppState;
use crate::function::CommonParams;

/// The section's routes.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/class/items", get(items))
        .route("/class/made", get(made))
        .route("/class-short/items", get(short_items))
}

/// The parameters, and how many requests have asked for them so far, this one included.
struct CommonQueryParams {
    params: CommonParams,
    number: u64,
}

impl FromRequestParts<AppState> for CommonQueryParams {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Rejection> {
        let Query(params) = Query::from_request_parts(parts, state).await?;
        let number = state.made.fetch_add(1, Ordering::Relaxed) + 1;
        Ok(Self { params, number })
    }
}

async fn items(common: CommonQueryParams) -> Json<CommonParams> {
    Json(common.params)
}

async fn made(common: CommonQueryParams) -> Json<u64> {
    Json(common.number)
}

// ANCHOR: short
#[derive(Deserialize, Serialize, FromRequestParts)]
#[from_request(via(Query), rejection(Rejection))]
struct ShortQueryParams {
    q: Option<String>,
    #[serde(default)]
    skip: i64,
    #[serde(default = "hundred")]
    limit: i64,
}

async fn short_items(params: ShortQueryParams) -> Json<ShortQueryParams> {
    Json(params)
}
// ANCHOR_END: short

fn hundred() -> i64 {
    100
}
