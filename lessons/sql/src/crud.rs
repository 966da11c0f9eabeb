//! Create, read, update, delete: the SQL. FastAPI's `crud.py`.
//!
//! Each function takes the session and says whether it reads or writes. None commits: that
//! is for the handler, who knows what belongs together.

use std::collections::HashMap;

use lesson_support::ApiError;

use crate::models;
use crate::refusals::{email_taken_or, user_not_found_or};
use crate::schemas::{Item, ItemCreate, Page, User, UserUpdate};
use crate::session::Session;

// ANCHOR: get-user
/// A user with their items.
///
/// # Errors
///
/// If the database fails.
pub async fn get_user(db: &Session, user_id: i64) -> Result<Option<User>, ApiError> {
    let user = sqlx::query_as("SELECT id, email, is_active FROM users WHERE id = $1")
        .bind(user_id)
        .fetch_optional(&mut *db.read().await?)
        .await?;
    match user {
        Some(user) => Ok(Some(with_items(db, user).await?)),
        None => Ok(None),
    }
}

/// A second query for the relation: nothing is loaded behind your back.
async fn with_items(db: &Session, mut user: User) -> Result<User, ApiError> {
    user.items = sqlx::query_as(
        "SELECT id, title, description, owner_id FROM items WHERE owner_id = $1 ORDER BY id",
    )
    .bind(user.id)
    .fetch_all(&mut *db.read().await?)
    .await?;
    Ok(user)
}
// ANCHOR_END: get-user

// ANCHOR: get-user-row
/// A row of the table `users`.
///
/// # Errors
///
/// If the database fails.
pub async fn get_user_row(db: &Session, user_id: i64) -> Result<Option<models::User>, ApiError> {
    let row =
        sqlx::query_as("SELECT id, email, hashed_password, is_active FROM users WHERE id = $1")
            .bind(user_id)
            .fetch_optional(&mut *db.read().await?)
            .await?;
    Ok(row)
}

/// Whoever has this email.
///
/// # Errors
///
/// If the database fails.
pub async fn get_user_by_email(
    db: &Session,
    email: &str,
) -> Result<Option<models::User>, ApiError> {
    let row =
        sqlx::query_as("SELECT id, email, hashed_password, is_active FROM users WHERE email = $1")
            .bind(email)
            .fetch_optional(&mut *db.read().await?)
            .await?;
    Ok(row)
}
// ANCHOR_END: get-user-row

// ANCHOR: get-users
/// Some users with their items, by id: two queries, however many users there are.
///
/// # Errors
///
/// If the database fails.
pub async fn get_users(db: &Session, page: Page) -> Result<Vec<User>, ApiError> {
    let mut users: Vec<User> =
        sqlx::query_as("SELECT id, email, is_active FROM users ORDER BY id LIMIT $1 OFFSET $2")
            .bind(page.limit())
            .bind(page.offset())
            .fetch_all(&mut *db.read().await?)
            .await?;
    let items: Vec<Item> = sqlx::query_as(
        "SELECT id, title, description, owner_id FROM items WHERE owner_id IN \
         (SELECT id FROM users ORDER BY id LIMIT $1 OFFSET $2) ORDER BY id",
    )
    .bind(page.limit())
    .bind(page.offset())
    .fetch_all(&mut *db.read().await?)
    .await?;

    let mut by_owner: HashMap<i64, Vec<Item>> = HashMap::new();
    for item in items {
        by_owner.entry(item.owner_id).or_default().push(item);
    }
    for user in &mut users {
        user.items = by_owner.remove(&user.id).unwrap_or_default();
    }
    Ok(users)
}
// ANCHOR_END: get-users

// ANCHOR: create-user
/// Inserts a user, and returns the row as the database made it, with its id.
///
/// # Errors
///
/// 400 if the email is taken, or if the database fails.
pub async fn create_user(db: &Session, email: &str, hash: &str) -> Result<User, ApiError> {
    sqlx::query_as(
        "INSERT INTO users (email, hashed_password) VALUES ($1, $2) \
         RETURNING id, email, is_active",
    )
    .bind(email)
    .bind(hash)
    .fetch_one(&mut *db.write().await?)
    .await
    .map_err(|error| email_taken_or(error.into()))
}
// ANCHOR_END: create-user

// ANCHOR: items
/// Inserts an item of a user.
///
/// # Errors
///
/// 404 if there is no such user, or if the database fails.
pub async fn create_item(db: &Session, owner_id: i64, item: &ItemCreate) -> Result<Item, ApiError> {
    sqlx::query_as(
        "INSERT INTO items (title, description, owner_id) VALUES ($1, $2, $3) \
         RETURNING id, title, description, owner_id",
    )
    .bind(&item.title)
    .bind(&item.description)
    .bind(owner_id)
    .fetch_one(&mut *db.write().await?)
    .await
    .map_err(|error| user_not_found_or(error.into()))
}

/// Some items, by id.
///
/// # Errors
///
/// If the database fails.
pub async fn get_items(db: &Session, page: Page) -> Result<Vec<Item>, ApiError> {
    let items = sqlx::query_as(
        "SELECT id, title, description, owner_id FROM items ORDER BY id LIMIT $1 OFFSET $2",
    )
    .bind(page.limit())
    .bind(page.offset())
    .fetch_all(&mut *db.read().await?)
    .await?;
    Ok(items)
}

/// The user that an item belongs to.
///
/// # Errors
///
/// If the database fails.
pub async fn get_owner(db: &Session, item_id: i64) -> Result<Option<User>, ApiError> {
    let owner_id = sqlx::query_scalar("SELECT owner_id FROM items WHERE id = $1")
        .bind(item_id)
        .fetch_optional(&mut *db.read().await?)
        .await?;
    match owner_id {
        Some(owner_id) => get_user(db, owner_id).await,
        None => Ok(None),
    }
}
// ANCHOR_END: items

// ANCHOR: changes
/// Changes what was sent of a user, and returns the user as it is now.
///
/// # Errors
///
/// 400 if the new email is taken, or if the database fails.
pub async fn update_user(
    db: &Session,
    user_id: i64,
    changes: &UserUpdate,
) -> Result<Option<User>, ApiError> {
    let user = sqlx::query_as(
        "UPDATE users SET email = COALESCE($2, email), is_active = COALESCE($3, is_active) \
         WHERE id = $1 RETURNING id, email, is_active",
    )
    .bind(user_id)
    .bind(&changes.email)
    .bind(changes.is_active)
    .fetch_optional(&mut *db.write().await?)
    .await
    .map_err(|error| email_taken_or(error.into()))?;
    match user {
        Some(user) => Ok(Some(with_items(db, user).await?)),
        None => Ok(None),
    }
}

/// Deletes a user; the foreign key takes the items with them. Says whether there was one.
///
/// # Errors
///
/// If the database fails.
pub async fn delete_user(db: &Session, user_id: i64) -> Result<bool, ApiError> {
    let done = sqlx::query("DELETE FROM users WHERE id = $1")
        .bind(user_id)
        .execute(&mut *db.write().await?)
        .await?;
    Ok(done.rows_affected() > 0)
}
// ANCHOR_END: changes
