//! A look inside: the tables, and what is stored.

use axum::Router;
use axum::extract::State;
use axum::routing::get;
use fastapi_extract::{Json, Path};
use serde::Serialize;

use crate::database::{Connection, Pool, dialect};
use crate::error::Error;
use crate::{AppState, crud};

/// The section's routes.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/extra/tables", get(tables))
        .route("/extra/users/{user_id}/stored", get(stored))
}

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

async fn tables(State(pool): State<Pool>) -> Result<Json<Tables>, Error> {
    let mut db = pool.acquire().await?;
    let (items, users) = (table(&mut db, "items").await?, table(&mut db, "users").await?);
    Ok(Json(Tables { items, users }))
}

async fn table(db: &mut Connection, name: &str) -> sqlx::Result<Table> {
    let columns = sqlx::query_scalar(dialect::COLUMNS).bind(name).fetch_all(&mut *db).await?;
    let indexes = sqlx::query_as(dialect::INDEXES).bind(name).fetch_all(&mut *db).await?;
    let foreign_keys: Vec<(String, String, String)> =
        sqlx::query_as(dialect::FOREIGN_KEYS).bind(name).fetch_all(db).await?;
    let foreign_keys = foreign_keys.into_iter().map(|(own, table, other)| ([own], table, [other]));
    Ok(Table { columns, indexes, foreign_keys: foreign_keys.collect() })
}

#[derive(Serialize)]
struct Stored {
    hashed_password: String,
    is_active: bool,
}

/// The scheme of the hash, which is its first part. The hash itself stays here.
async fn stored(State(pool): State<Pool>, Path(user_id): Path<i64>) -> Result<Json<Stored>, Error> {
    let user = crud::get_user_row(&mut *pool.acquire().await?, user_id).await?;
    let user = user.ok_or(Error::UserNotFound)?;
    let scheme = user.hashed_password.split('$').nth(1).unwrap_or("unknown");
    Ok(Json(Stored { hashed_password: scheme.to_owned(), is_active: user.is_active }))
}
