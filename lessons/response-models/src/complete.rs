//! The complete item: every field is there, and missing ones have their defaults.
//!
//! An answer must be a type that serde can write. This one isn't, so the handler doesn't compile:
//!
//! ```compile_fail,E0277
//! struct Employee {
//!     salary: u32,
//! }
//!
//! #[axum::debug_handler]
//! async fn read() -> axum::Json<Employee> {
//!     axum::Json(Employee { salary: 5200 })
//! }
//! ```
//!
//! This one is:
//!
//! ```
//! #[derive(serde::Serialize)]
//! struct PublicEmployee {
//!     name: String,
//! }
//!
//! #[axum::debug_handler]
//! async fn read() -> axum::Json<PublicEmployee> {
//!     axum::Json(PublicEmployee { name: "Ada".to_owned() })
//! }
//! ```

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
#[derive(Deserialize, Serialize, ToSchema)]
pub(crate) struct Item {
    pub name: String,
    /// Null if there isn't one.
    #[schema(required)]
    pub description: Option<String>,
    pub price: f64,
    /// In percent.
    #[serde(default = "default_tax")]
    #[schema(required)]
    pub tax: f64,
    #[serde(default)]
    #[schema(required)]
    pub tags: Vec<String>,
}

pub(crate) fn default_tax() -> f64 {
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
// ANCHOR_END: handler

/// The section's routes.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/exclude-nothing/items/{item_id}", get(read_item))
        .route("/broken-model/items/{item_id}", get(read_item))
}
