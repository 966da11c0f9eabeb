//! The items of a user, and the user of an item.

use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use fastapi_extract::{Path, Query};
use lesson_support::ApiError;

use crate::schemas::{Item, ItemCreate, Page, User};
use crate::session::Session;
use crate::{AppState, crud};

// ANCHOR: items
/// The section's routes.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/extra/users/{user_id}/items/", post(add_item))
        .route("/extra/items/", get(read_items))
        .route("/extra/items/{item_id}/owner", get(read_owner))
}

async fn add_item(
    db: Session,
    Path(user_id): Path<i64>,
    fastapi_extract::Json(item): fastapi_extract::Json<ItemCreate>,
) -> Result<Json<Item>, ApiError> {
    let item = crud::create_item(&db, user_id, &item).await?;
    db.commit().await?;
    Ok(Json(item))
}

async fn read_items(db: Session, Query(page): Query<Page>) -> Result<Json<Vec<Item>>, ApiError> {
    Ok(Json(crud::get_items(&db, page).await?))
}

async fn read_owner(db: Session, Path(item_id): Path<i64>) -> Result<Json<User>, ApiError> {
    let owner = crud::get_owner(&db, item_id).await?;
    owner.map(Json).ok_or_else(|| ApiError::new(StatusCode::NOT_FOUND, "Item not found"))
}
// ANCHOR_END: items
