//! A look inside: the tables, and what is stored.

use axum::extract::State;
use axum::routing::get;
use axum::{Json, Router};
use fastapi_extract::Path;
use lesson_support::ApiError;
use serde::Serialize;

use crate::database::{Pool, dialect};
use crate::refusals::user_not_found;
use crate::session::Session;
use crate::{AppState, crud};

// ANCHOR: router
/// The section's routes.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/extra/tables", get(tables))
        .route("/extra/users/{user_id}/stored", get(stored))
}
// ANCHOR_END: router

// ANCHOR: tables
#[derive(Serialize)]
struct Tables {
    items: Table,
    users: Table,
}

#[derive(Serialize)]
struct Table {
    columns: Vec<String>,
    indexes: Vec<(String, bool)>,
    foreign_keys: Vec<([String; 1], String, [String; 1])>,
}

async fn tables(State(pool): State<Pool>) -> Result<Json<Tables>, ApiError> {
    Ok(Json(Tables { items: table(&pool, "items").await?, users: table(&pool, "users").await? }))
}

async fn table(pool: &Pool, name: &str) -> Result<Table, ApiError> {
    let mut connection = pool.acquire().await?;
    let columns =
        sqlx::query_scalar(dialect::COLUMNS).bind(name).fetch_all(&mut *connection).await?;
    let indexes = sqlx::query_as(dialect::INDEXES).bind(name).fetch_all(&mut *connection).await?;
    let foreign_keys: Vec<(String, String, String)> =
        sqlx::query_as(dialect::FOREIGN_KEYS).bind(name).fetch_all(&mut *connection).await?;
    let foreign_keys = foreign_keys.into_iter().map(|(own, table, other)| ([own], table, [other]));
    Ok(Table { columns, indexes, foreign_keys: foreign_keys.collect() })
}
// ANCHOR_END: tables

// ANCHOR: stored
#[derive(Serialize)]
struct Stored {
    hashed_password: String,
    is_active: bool,
}

/// The scheme of the hash, which is its first part. The hash itself stays here.
async fn stored(db: Session, Path(user_id): Path<i64>) -> Result<Json<Stored>, ApiError> {
    let user = crud::get_user_row(&db, user_id).await?.ok_or_else(user_not_found)?;
    let scheme = user.hashed_password.split('$').nth(1).unwrap_or("unknown");
    Ok(Json(Stored { hashed_password: scheme.to_owned(), is_active: user.is_active }))
}
// ANCHOR_END: stored
