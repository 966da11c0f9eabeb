//! The exercise: a user may have three items, also when many come at once.
//!
//! `cargo run -p lesson-sql --example quota`

use axum::http::StatusCode;
use axum::middleware::from_fn_with_state;
use axum::routing::post;
use axum::{Json, Router};
use fastapi_extract::Path;
use lesson_sql::database::{Settings, close, open};
use lesson_sql::passwords::Hasher;
use lesson_sql::refusals::user_not_found;
use lesson_sql::schemas::{Item, ItemCreate};
use lesson_sql::session::Session;
use lesson_sql::{AppState, crud, users};
use lesson_support::{ApiError, Lesson, Result, Server, request_scope};

const LESSON: Lesson = Lesson {
    name: "quota",
    title: "a user may have three items",
    try_first: &["{}/quota/users/1/items/ --json '{\"title\":\"one\"}'"],
    readme: "lessons/sql/README.md",
};

#[tokio::main]
async fn main() -> Result<()> {
    let server = Server::from_args(LESSON).await?;
    let pool = open(&Settings::from_env(server.tick())?).await?;
    let state = AppState::new(&server, pool.clone(), Hasher::from_env()?);
    let app = Router::new()
        .route("/quota/users/{user_id}/items/", post(add_item))
        .merge(users::router())
        .layer(from_fn_with_state(state.clone(), request_scope))
        .with_state(state);
    let served = server.serve(app).await;
    close(pool).await;
    served
}

// ANCHOR: solution
const QUOTA: i64 = 3;

async fn add_item(
    db: Session,
    Path(user_id): Path<i64>,
    fastapi_extract::Json(item): fastapi_extract::Json<ItemCreate>,
) -> Result<Json<Item>, ApiError> {
    // A write comes first: in SQLite it takes the lock of the database, in PostgreSQL the
    // lock of this row. Whoever else counts the items of this user waits for our commit.
    let locked = sqlx::query("UPDATE users SET is_active = is_active WHERE id = $1")
        .bind(user_id)
        .execute(&mut *db.write().await?)
        .await?;
    if locked.rows_affected() == 0 {
        return Err(user_not_found());
    }
    let count: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM items WHERE owner_id = $1")
        .bind(user_id)
        .fetch_one(&mut *db.read().await?) // the same transaction: it writes
        .await?;
    if count >= QUOTA {
        return Err(ApiError::new(StatusCode::CONFLICT, "This user has three items"));
    }
    let item = crud::create_item(&db, user_id, &item).await?;
    db.commit().await?;
    Ok(Json(item))
}
// ANCHOR_END: solution
