//! A look inside: the tables, a row, what is stored, and which threads may use it.

use axum::extract::State;
use axum::routing::get;
use axum::{Json, Router};
use fastapi_extract::Path;
use lesson_support::ApiError;
use serde::Serialize;
use sqlx::FromRow;
use tokio::runtime::Handle;
use tokio::task::spawn_blocking;

use crate::database::{Connection, Pool, dialect};
use crate::refusals::user_not_found;
use crate::session::Session;
use crate::{AppState, crud};

// ANCHOR: router
/// The section's routes.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/extra/thread-rule", get(thread_rule))
        .route("/extra/tables", get(tables))
        .route("/extra/orm-mode/{user_id}", get(orm_mode))
        .route("/extra/users/{user_id}/stored", get(stored))
}
// ANCHOR_END: router

// ANCHOR: thread-rule
#[derive(Serialize)]
struct ThreadRule {
    connection_moved_to_another_thread: String,
    pool_shared_by_two_threads: String,
}

async fn thread_rule(State(pool): State<Pool>) -> Result<Json<ThreadRule>, ApiError> {
    let mut connection = pool.acquire().await?;
    use_it(&mut connection).await?;
    let moved = in_another_thread(async move { use_it(&mut connection).await }).await?;

    let shared = pool.clone();
    let there = async move { use_it(&mut *shared.acquire().await?).await };
    let there = in_another_thread(there).await?;
    use_it(&mut *pool.acquire().await?).await?;

    Ok(Json(ThreadRule {
        connection_moved_to_another_thread: moved,
        pool_shared_by_two_threads: there,
    }))
}

async fn use_it(connection: &mut Connection) -> sqlx::Result<String> {
    sqlx::query_scalar("SELECT 'used'").fetch_one(connection).await
}

async fn in_another_thread<W>(work: W) -> Result<String, ApiError>
where
    W: Future<Output = sqlx::Result<String>> + Send + 'static,
{
    let runtime = Handle::current();
    Ok(spawn_blocking(move || runtime.block_on(work)).await??)
}
// ANCHOR_END: thread-rule

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

// ANCHOR: from-row
/// A schema that can be read from a row. Without `FromRow` it cannot, and the compiler says so:
///
/// ```compile_fail,E0277
/// struct WithoutFromRow {
///     email: String,
/// }
///
/// sqlx::query_as::<lesson_sql::database::Db, WithoutFromRow>("SELECT email FROM users");
/// ```
#[derive(FromRow)]
pub struct WithFromRow {
    email: String,
}

#[derive(Serialize)]
struct OrmMode {
    with_from_row: String,
    without: &'static str,
}

async fn orm_mode(db: Session, Path(user_id): Path<i64>) -> Result<Json<OrmMode>, ApiError> {
    let user: Option<WithFromRow> = sqlx::query_as("SELECT email FROM users WHERE id = $1")
        .bind(user_id)
        .fetch_optional(&mut *db.read().await?)
        .await?;
    let WithFromRow { email } = user.ok_or_else(user_not_found)?;
    Ok(Json(OrmMode { with_from_row: email, without: "does not compile" }))
}
// ANCHOR_END: from-row

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
