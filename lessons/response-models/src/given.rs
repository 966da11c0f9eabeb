//! The item as it was given: what nobody mentioned is not in the answer.

use axum::extract::State;
use axum::routing::get;
use axum::{Json, Router};
use fastapi_extract::Path;
use lesson_support::ApiError;
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

use crate::AppState;
use crate::complete::default_tax;
use crate::items::Items;

// ANCHOR: item
/// An item with the fields that somebody gave, and no others.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct GivenItem {
    /// What it is called.
    pub name: String,
    /// Left out if nobody gave one, null if somebody said that there is none.
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub description: Option<Option<String>>,
    /// Without the tax.
    pub price: f64,
    /// In percent; left out if nobody gave one.
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub tax: Option<f64>,
    /// Left out if nobody gave any; empty if somebody said that there are none.
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub tags: Option<Vec<String>>,
}

/// Reads a key that is there. Without this function, serde takes a null for an absent key.
///
/// # Errors
///
/// If the value isn't a `T`. A null is one only if `T` is an `Option`.
pub fn given<'de, D, T>(value: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    T::deserialize(value).map(Some)
}
// ANCHOR_END: item

// ANCHOR: record
async fn read_record(
    Path(item_id): Path<String>,
    State(items): State<Items>,
) -> Result<Json<GivenItem>, ApiError> {
    Ok(Json(items.read(&item_id)?))
}
// ANCHOR_END: record

// ANCHOR: instance
async fn read_instance(
    Path(item_id): Path<String>,
    State(items): State<Items>,
) -> Result<Json<GivenItem>, ApiError> {
    let mut item: GivenItem = items.read(&item_id)?;
    // An assigned field counts as given, even if it has its default.
    item.tax = item.tax.or(Some(default_tax()));
    Ok(Json(item))
}
// ANCHOR_END: instance

// ANCHOR: router
/// The section's routes.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/exclude-unset/items/{item_id}", get(read_record))
        .route("/exclude-unset-instance/items/{item_id}", get(read_instance))
}
// ANCHOR_END: router
