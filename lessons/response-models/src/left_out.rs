//! `exclude_defaults` and `exclude_none`: the value decides whether a field is left out.

use axum::extract::State;
use axum::routing::get;
use axum::{Json, Router};
use fastapi_extract::Path;
use lesson_support::ApiError;
use serde::{Deserialize, Serialize};

use crate::AppState;
use crate::complete::default_tax;
use crate::items::Items;

// ANCHOR: defaults
/// An item without the values that are the defaults.
#[derive(Deserialize, Serialize)]
struct ChangedItem {
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    price: f64,
    #[serde(default = "default_tax", skip_serializing_if = "is_default_tax")]
    tax: f64,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    tags: Vec<String>,
}

fn is_default_tax(tax: &f64) -> bool {
    *tax == default_tax()
}
// ANCHOR_END: defaults

async fn without_defaults(
    Path(item_id): Path<String>,
    State(items): State<Items>,
) -> Result<Json<ChangedItem>, ApiError> {
    Ok(Json(items.read(&item_id)?))
}

// ANCHOR: none
/// An item without nulls, with its defaults filled in.
#[derive(Deserialize, Serialize)]
struct ItemWithoutNull {
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    price: f64,
    #[serde(default = "default_tax")]
    tax: f64,
    #[serde(default)]
    tags: Vec<String>,
}
// ANCHOR_END: none

async fn without_null(
    Path(item_id): Path<String>,
    State(items): State<Items>,
) -> Result<Json<ItemWithoutNull>, ApiError> {
    Ok(Json(items.read(&item_id)?))
}

/// The section's routes.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/exclude-defaults/items/{item_id}", get(without_defaults))
        .route("/exclude-none/items/{item_id}", get(without_null))
}
