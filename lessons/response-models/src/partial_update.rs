//! PATCH: the fields that a client sends are changed, the others are kept.

use axum::Router;
use axum::extract::State;
use axum::routing::patch;
use fastapi_extract::{Json, Path};
use lesson_support::ApiError;
use serde::Deserialize;

use crate::AppState;
use crate::complete::Item;
use crate::given::given;
use crate::items::Items;

// ANCHOR: update
#[derive(Deserialize)]
struct Changes {
    #[serde(default, deserialize_with = "given")]
    description: Option<Option<String>>,
    #[serde(default, deserialize_with = "given")]
    price: Option<f64>,
}

async fn update(
    Path(item_id): Path<String>,
    State(items): State<Items>,
    Json(changes): Json<Changes>,
) -> Result<Json<Item>, ApiError> {
    let mut item: Item = items.read(&item_id)?;
    if let Some(description) = changes.description {
        item.description = description;
    }
    if let Some(price) = changes.price {
        item.price = price;
    }
    Ok(Json(item)) // a real app stores it first
}
// ANCHOR_END: update

/// The section's route.
pub fn router() -> Router<AppState> {
    Router::new().route("/partial-update/items/{item_id}", patch(update))
}
