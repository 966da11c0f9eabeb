//! The item as it was given: a field that nobody mentioned isn't in the answer.

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
#[derive(Deserialize, Serialize, ToSchema)]
pub(crate) struct GivenItem {
    name: String,
    /// Left out if nobody gave one, null if somebody said that there isn't one.
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    description: Option<Option<String>>,
    price: f64,
    /// In percent; left out if nobody gave one.
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    tax: Option<f64>,
    /// Left out if nobody gave any; empty if somebody said that there aren't any.
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    tags: Option<Vec<String>>,
}
// ANCHOR_END: item

// ANCHOR: given
/// Reads a field that was sent. serde alone would read a null as `None`, like a missing field.
pub(crate) fn given<'de, D, T>(value: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    T::deserialize(value).map(Some)
}
// ANCHOR_END: given

async fn read_record(
    Path(item_id): Path<String>,
    State(items): State<Items>,
) -> Result<Json<GivenItem>, ApiError> {
    Ok(Json(items.read(&item_id)?))
}

// ANCHOR: instance
async fn read_instance(
    Path(item_id): Path<String>,
    State(items): State<Items>,
) -> Result<Json<GivenItem>, ApiError> {
    let mut item: GivenItem = items.read(&item_id)?;
    // Once it's assigned, a field counts as given, even if it has its default.
    item.tax = item.tax.or(Some(default_tax()));
    Ok(Json(item))
}
// ANCHOR_END: instance

/// The section's routes.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/exclude-unset/items/{item_id}", get(read_record))
        .route("/exclude-unset-instance/items/{item_id}", get(read_instance))
}
