//! The items of a user, and the user of an item.

// ANCHOR: use
use axum::Router;
use axum::extract::State;
use axum::routing::{get, post};
use fastapi_extract::{Json, Path, Query};

use crate::database::{Pool, Writer, begin_read, begin_write};
use crate::error::Error;
use crate::schemas::{Item, ItemCreate, Page, User};
use crate::{AppState, crud};
// ANCHOR_END: use

/// The section's routes.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/extra/users/{user_id}/items/", post(add_item))
        .route("/extra/items/", get(read_items))
        .route("/extra/items/{item_id}/owner", get(read_owner))
}

async fn add_item(
    State(writer): State<Writer>,
    Path(user_id): Path<i64>,
    Json(item): Json<ItemCreate>,
) -> Result<Json<Item>, Error> {
    let mut tx = begin_write(&writer).await?;
    let item = crud::create_item(&mut tx, user_id, &item).await?;
    tx.commit().await?;
    Ok(Json(item))
}

// ANCHOR: read-items
async fn read_items(
    State(pool): State<Pool>,
    Query(page): Query<Page>,
) -> Result<Json<Vec<Item>>, Error> {
    let mut db = pool.acquire().await?; // one query needs no transaction
    Ok(Json(crud::get_items(&mut db, page).await?))
}
// ANCHOR_END: read-items

async fn read_owner(
    State(pool): State<Pool>,
    Path(item_id): Path<i64>,
) -> Result<Json<User>, Error> {
    let mut db = begin_read(&pool).await?;
    let owner = crud::get_owner(&mut db, item_id).await?;
    owner.map(Json).ok_or(Error::ItemNotFound)
}
