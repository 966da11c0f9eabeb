//! The least that a project of your own needs: `cargo run -p lesson-sql --example own_project`

use std::env;

use axum::extract::State;
use axum::routing::post;
use axum::{Json, Router};
use lesson_sql::error::Error;
use lesson_support::{Lesson, Result, Server};
// ANCHOR: open
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool};

async fn open(url: &str) -> sqlx::Result<SqlitePool> {
    let options: SqliteConnectOptions = url.parse()?; // such as sqlite://app.db
    let options = options.create_if_missing(true).journal_mode(SqliteJournalMode::Wal);
    let pool = SqlitePool::connect_with(options).await?;
    sqlx::migrate!("./migrations/sqlite").run(&pool).await?;
    Ok(pool)
}
// ANCHOR_END: open

const LESSON: Lesson = Lesson {
    name: "own_project",
    title: "a database without this lesson's helpers",
    try_first: &["{}/users/ --json '\"anna@example.org\"'"],
    readme: "lessons/sql/docs/1-opening.md",
};

#[tokio::main]
async fn main() -> Result<()> {
    let server = Server::from_args(LESSON).await?;
    let url = env::var("DATABASE_URL").unwrap_or_else(|_| "sqlite://own-project.db".to_owned());
    let pool = open(&url).await?;
    let app = Router::new().route("/users/", post(add_user)).with_state(pool.clone());
    let served = server.serve(app).await;
    pool.close().await;
    served
}

// ANCHOR: write
async fn add_user(
    State(pool): State<SqlitePool>,
    Json(email): Json<String>,
) -> std::result::Result<Json<i64>, Error> {
    let mut tx = pool.begin_with("BEGIN IMMEDIATE").await?;
    let insert = "INSERT INTO users (email, hashed_password) VALUES ($1, '') RETURNING id";
    let id = sqlx::query_scalar(insert).bind(email).fetch_one(&mut *tx).await?;
    tx.commit().await?;
    Ok(Json(id))
}
// ANCHOR_END: write
