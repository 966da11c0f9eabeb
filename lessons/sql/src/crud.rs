//! Create, read, update, delete: the SQL. FastAPI's `crud.py`.
//!
//! Functions that read take any connection. Functions that write take a transaction, and none
//! of them commits: the handler does, because it knows what belongs together.

use std::collections::HashMap;

use crate::database::{Connection, Transaction, dialect};
use crate::error::{Error, OnConstraint};
use crate::models;
use crate::schemas::{Item, ItemCreate, Page, User, UserUpdate};

/// A user with their items.
///
/// # Errors
///
/// If the database fails.
pub async fn get_user(db: &mut Connection, user_id: i64) -> sqlx::Result<Option<User>> {
    let user = sqlx::query_as("SELECT id, email, is_active FROM users WHERE id = $1")
        .bind(user_id)
        .fetch_optional(&mut *db)
        .await?;
    match user {
        Some(user) => Ok(Some(with_items(db, user).await?)),
        None => Ok(None),
    }
}

/// A second query for the relation: nothing is loaded behind your back.
async fn with_items(db: &mut Connection, mut user: User) -> sqlx::Result<User> {
    user.items = sqlx::query_as(
        "SELECT id, title, description, owner_id FROM items WHERE owner_id = $1 ORDER BY id",
    )
    .bind(user.id)
    .fetch_all(db)
    .await?;
    Ok(user)
}

/// A row of the table `users`.
///
/// # Errors
///
/// If the database fails.
pub async fn get_user_row(db: &mut Connection, user_id: i64) -> sqlx::Result<Option<models::User>> {
    sqlx::query_as("SELECT id, email, hashed_password, is_active FROM users WHERE id = $1")
        .bind(user_id)
        .fetch_optional(db)
        .await
}

/// The user who has this email.
///
/// # Errors
///
/// If the database fails.
pub async fn get_user_by_email(
    db: &mut Connection,
    email: &str,
) -> sqlx::Result<Option<models::User>> {
    sqlx::query_as("SELECT id, email, hashed_password, is_active FROM users WHERE email = $1")
        .bind(email)
        .fetch_optional(db)
        .await
}

/// Some users with their items, by id: two queries, however many users there are.
///
/// # Errors
///
/// If the database fails.
// ANCHOR: get-users-fn
pub async fn get_users(db: &mut Connection, page: Page) -> sqlx::Result<Vec<User>> {
    let mut users: Vec<User> =
        sqlx::query_as("SELECT id, email, is_active FROM users ORDER BY id LIMIT $1 OFFSET $2")
            .bind(page.limit())
            .bind(page.offset())
            .fetch_all(&mut *db)
            .await?;
    let items: Vec<Item> = sqlx::query_as(
        "SELECT id, title, description, owner_id FROM items WHERE owner_id IN \
         (SELECT id FROM users ORDER BY id LIMIT $1 OFFSET $2) ORDER BY id",
    )
    .bind(page.limit())
    .bind(page.offset())
    .fetch_all(db)
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
// ANCHOR_END: get-users-fn

// ANCHOR: emails-after
/// The next hundred emails after an id, each with its own id, in order.
///
/// # Errors
///
/// If the database fails.
pub async fn emails_after(db: &mut Connection, id: i64) -> sqlx::Result<Vec<(i64, String)>> {
    sqlx::query_as("SELECT id, email FROM users WHERE id > $1 ORDER BY id LIMIT 100")
        .bind(id)
        .fetch_all(db)
        .await
}
// ANCHOR_END: emails-after

/// Inserts a user, and returns the row as the database made it, with its id.
///
/// # Errors
///
/// [`Error::EmailTaken`], or if the database fails.
// ANCHOR: create-user-fn
pub async fn create_user(tx: &mut Transaction<'_>, email: &str, hash: &str) -> Result<User, Error> {
    sqlx::query_as(
        "INSERT INTO users (email, hashed_password) VALUES ($1, $2) \
         RETURNING id, email, is_active",
    )
    .bind(email)
    .bind(hash)
    .fetch_one(&mut **tx)
    .await
    .on_constraint(dialect::UNIQUE_EMAIL, Error::EmailTaken)
}
// ANCHOR_END: create-user-fn

/// Inserts an item of a user.
///
/// # Errors
///
/// [`Error::UserNotFound`], or if the database fails.
pub async fn create_item(
    tx: &mut Transaction<'_>,
    owner_id: i64,
    item: &ItemCreate,
) -> Result<Item, Error> {
    sqlx::query_as(
        "INSERT INTO items (title, description, owner_id) VALUES ($1, $2, $3) \
         RETURNING id, title, description, owner_id",
    )
    .bind(&item.title)
    .bind(&item.description)
    .bind(owner_id)
    .fetch_one(&mut **tx)
    .await
    .on_constraint(dialect::ITEM_OWNER, Error::UserNotFound)
}

/// Some items, by id.
///
/// # Errors
///
/// If the database fails.
pub async fn get_items(db: &mut Connection, page: Page) -> sqlx::Result<Vec<Item>> {
    sqlx::query_as(
        "SELECT id, title, description, owner_id FROM items ORDER BY id LIMIT $1 OFFSET $2",
    )
    .bind(page.limit())
    .bind(page.offset())
    .fetch_all(db)
    .await
}

/// The user that an item belongs to.
///
/// # Errors
///
/// If the database fails.
pub async fn get_owner(db: &mut Connection, item_id: i64) -> sqlx::Result<Option<User>> {
    let owner_id = sqlx::query_scalar("SELECT owner_id FROM items WHERE id = $1")
        .bind(item_id)
        .fetch_optional(&mut *db)
        .await?;
    match owner_id {
        Some(owner_id) => get_user(db, owner_id).await,
        None => Ok(None),
    }
}

/// Changes the fields that were sent, and returns the user as it is now.
///
/// # Errors
///
/// [`Error::EmailTaken`], or if the database fails.
pub async fn update_user(
    tx: &mut Transaction<'_>,
    user_id: i64,
    changes: &UserUpdate,
) -> Result<Option<User>, Error> {
    // ANCHOR: update
    let user = sqlx::query_as(
        "UPDATE users SET email = COALESCE($2, email), is_active = COALESCE($3, is_active) \
         WHERE id = $1 RETURNING id, email, is_active",
    )
    // ANCHOR_END: update
    .bind(user_id)
    .bind(&changes.email)
    .bind(changes.is_active)
    .fetch_optional(&mut **tx)
    .await
    .on_constraint(dialect::UNIQUE_EMAIL, Error::EmailTaken)?;
    match user {
        Some(user) => Ok(Some(with_items(tx, user).await?)),
        None => Ok(None),
    }
}

/// Deletes a user; the foreign key takes the items with them. Says whether there was one.
///
/// # Errors
///
/// If the database fails.
pub async fn delete_user(tx: &mut Transaction<'_>, user_id: i64) -> sqlx::Result<bool> {
    let done =
        sqlx::query("DELETE FROM users WHERE id = $1").bind(user_id).execute(&mut **tx).await?;
    Ok(done.rows_affected() > 0)
}
