//! Names: camelCase in JSON, snake_case in Rust.

use axum::Router;
use axum::routing::post;
use fastapi_extract::Json;
use serde::{Deserialize, Serialize};

use crate::AppState;

// ANCHOR: camel-case
#[derive(Clone, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Parcel {
    tracking_number: String,
    weight_in_grams: i64,
}

async fn create(Json(parcel): Json<Parcel>) -> Json<Parcel> {
    Json(parcel)
}
// ANCHOR_END: camel-case

/// The section's route.
pub fn router() -> Router<AppState> {
    Router::new().route("/camel-case/parcels", post(create))
}
