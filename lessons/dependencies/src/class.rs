//! A class as a dependency: a type that makes itself from the request.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::Router;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::routing::get;
use fastapi_extract::{Json, Query, Rejection};
use serde::{Deserialize, Serialize};

use crate::AppState;
use crate::function::CommonParams;

// ANCHOR: router
/// The section's routes.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/class/items", get(items))
        .route("/class/made", get(made))
        .route("/class-short/items", get(short_items))
}
// ANCHOR_END: router

// ANCHOR: made
/// How many were made since the server started. All clones are one counter.
#[derive(Clone, Debug, Default)]
pub struct Made(Arc<AtomicU64>);

impl Made {
    /// The next number, starting with 1.
    fn next(&self) -> u64 {
        self.0.fetch_add(1, Ordering::Relaxed) + 1
    }
}
// ANCHOR_END: made

// ANCHOR: class
/// The parameters, and which of them this is.
pub struct CommonQueryParams {
    params: CommonParams,
    number: u64,
}

impl CommonQueryParams {
    /// Python's `__init__`.
    fn new(params: CommonParams, made: &Made) -> Self {
        Self { params, number: made.next() }
    }
}

impl FromRequestParts<AppState> for CommonQueryParams {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Rejection> {
        let Query(params) = Query::from_request_parts(parts, state).await?;
        Ok(Self::new(params, &state.made))
    }
}

async fn items(common: CommonQueryParams) -> Json<CommonParams> {
    Json(common.params)
}

async fn made(common: CommonQueryParams) -> Json<u64> {
    Json(common.number)
}
// ANCHOR_END: class

// ANCHOR: short
/// The same parameters, for handlers that want to write the type and nothing around it.
#[derive(Deserialize, Serialize, FromRequestParts)]
#[from_request(via(Query))]
struct ShortQueryParams {
    q: Option<String>,
    #[serde(default)]
    skip: i64,
    #[serde(default = "hundred")]
    limit: i64,
}

fn hundred() -> i64 {
    100
}

async fn short_items(params: ShortQueryParams) -> Json<ShortQueryParams> {
    Json(params)
}
// ANCHOR_END: short
