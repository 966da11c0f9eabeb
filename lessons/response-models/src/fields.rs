//! Some of the fields: a smaller type, made from the complete one.

use axum::extract::State;
use axum::routing::get;
use axum::{Json, Router};
use fastapi_extract::Path;
use lesson_support::ApiError;
use serde::Serialize;
use utoipa::ToSchema;

use crate::AppState;
use crate::complete::Item;
use crate::items::Items;

// ANCHOR: summary
/// What a list shows of each item.
#[derive(Serialize, ToSchema)]
pub(crate) struct Summary {
    name: String,
    /// Null if there isn't one.
    #[schema(required)]
    description: Option<String>,
}

impl From<Item> for Summary {
    fn from(item: Item) -> Self {
        Self { name: item.name, description: item.description }
    }
}

async fn include(
    Path(item_id): Path<String>,
    State(items): State<Items>,
) -> Result<Json<Summary>, ApiError> {
    let item: Item = items.read(&item_id)?;
    Ok(Json(item.into()))
}
// ANCHOR_END: summary

#[derive(Serialize)]
struct UntaxedItem {
    name: String,
    description: Option<String>,
    price: f64,
    tags: Vec<String>,
}

impl From<Item> for UntaxedItem {
    fn from(item: Item) -> Self {
        // Every field is named, so a new one doesn't compile until somebody decides about it.
        let Item { name, description, price, tax: _, tags } = item;
        Self { name, description, price, tags }
    }
}

async fn exclude(
    Path(item_id): Path<String>,
    State(items): State<Items>,
) -> Result<Json<UntaxedItem>, ApiError> {
    let item: Item = items.read(&item_id)?;
    Ok(Json(item.into()))
}

/// The section's routes.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/include/items/{item_id}", get(include))
        .route("/exclude/items/{item_id}", get(exclude))
}
