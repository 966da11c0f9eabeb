//! The complete item: every field is there, and where nobody gave a value, its default.

use axum::extract::State;
use axum::routing::get;
use axum::{Json, Router};
use fastapi_extract::Path;
use lesson_support::ApiError;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::AppState;
use crate::items::Items;

// ANCHOR: item
/// An item with every default filled in.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct Item {
    /// What it is called.
    pub name: String,
    /// Null if there is none.
    #[serde(default)]
    #[schema(required)]
    pub description: Option<String>,
    /// Without the tax.
    pub price: f64,
    /// In percent.
    #[serde(default = "default_tax")]
    #[schema(required)]
    pub tax: f64,
    /// Any number of them.
    #[serde(default)]
    #[schema(required)]
    pub tags: Vec<String>,
}

/// The tax of an item that names none.
pub fn default_tax() -> f64 {
    10.5
}
// ANCHOR_END: item

// ANCHOR: handler
async fn read_item(
    Path(item_id): Path<String>,
    State(items): State<Items>,
) -> Result<Json<Item>, ApiError> {
    Ok(Json(items.read(&item_id)?))
}

/// The section's routes.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/exclude-nothing/items/{item_id}", get(read_item))
        .route("/broken-model/items/{item_id}", get(read_item))
}
// ANCHOR_END: handler
