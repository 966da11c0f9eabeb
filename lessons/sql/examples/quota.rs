//! The exercise: a user may have three items, also when many come at once.
//!
//! `cargo run -p lesson-sql --example quota`

use std::process::ExitCode;

use axum::http::StatusCode;
use axum::routing::post;
use axum::{Json, Router, middleware};
use lesson_sql::database::{Settings, with_database};
use lesson_sql::passwords::Hasher;
use lesson_sql::refusals::user_not_found;
use lesson_sql::schemas::{Item, ItemCreate};
use lesson_sql::session::Session;
use lesson_sql::{AppState, crud, users};
use lesson_support::extract::{self, Path};
use lesson_support::{ApiError, Lesson, Result, Server, Threads, request_scope};

const LESSON: Lesson = Lesson {
    name: "quota",
    title: "a user may have three items",
    try_first: &["{}/quota/users/1/items/ --json '{\"title\":\"one\"}'"],
    readme: "lessons/sql/README.md",
    threads: Threads::DEFAULT,
};

fn main() -> ExitCode {
    lesson_support::run(LESSON, exercise)
}

async fn exercise(server: Server) -> Result<()> {
    let settings = Settings::new(&server)?;
    let hasher = Hasher::new(&server)?;
    with_database(&settings, async |pool| {
        let state = AppState { tick: server.tick(), events: server.events(), pool, hasher };
        let app = Router::new()
            .route("/quota/users/{user_id}/items/", post(add_item))
            .with_state(state.clone())
            .merge(users::router(state))
            .layer(middleware::from_fn(request_scope));
        server.serve(app).await?;
        Ok(())
    })
    .await
}

// ANCHOR: solution
const QUOTA: i64 = 3;

async fn add_item(
    db: Session,
    Path(user_id): Path<i64>,
    extract::Json(item): extract::Json<ItemCreate>,
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
