//! Some of the fields: a type of their own, made from the complete one.

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
/// What a list of items shows of each.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Summary {
    /// What it is called.
    pub name: String,
    /// Null if there is none.
    #[schema(required)]
    pub description: Option<String>,
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

// ANCHOR: untaxed
#[derive(Serialize)]
struct UntaxedItem {
    name: String,
    description: Option<String>,
    price: f64,
    tags: Vec<String>,
}

impl From<Item> for UntaxedItem {
    fn from(item: Item) -> Self {
        // Every field is named, so a new one does not compile until somebody decides.
        let Item { name, description, price, tax: _, tags } = item;
        Self { name, description, price, tags }
    }
}
// ANCHOR_END: untaxed

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
