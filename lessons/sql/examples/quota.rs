//! The exercise: a user may have three items, even when many requests come at once.
//!
//! `cargo run -p lesson-sql --example quota`

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use fastapi_extract::{Json, Path};
use lesson_sql::database::{Settings, Writer, begin_write, close, open};
use lesson_sql::error::Error;
use lesson_sql::passwords::Hasher;
use lesson_sql::schemas::{Item, ItemCreate};
use lesson_sql::{AppState, crud, users};
use lesson_support::{ApiError, Lesson, Result, Server};

const LESSON: Lesson = Lesson {
    name: "quota",
    title: "a user may have three items",
    try_first: &["{}/quota/users/1/items/ --json '{\"title\":\"one\"}'"],
    readme: "lessons/sql/README.md",
};

#[tokio::main]
async fn main() -> Result<()> {
    let server = Server::from_args(LESSON).await?;
    let settings = Settings::from_env(server.tick())?;
    let (pool, writer) = open(&settings).await?;
    let state =
        AppState::new(&server, pool.clone(), writer.clone(), Hasher::from_env(settings.timeout)?);
    let app = Router::new()
        .route("/quota/users/{user_id}/items/", post(add_item))
        .merge(users::router())
        .with_state(state);
    let served = server.serve(app).await;
    close(pool, writer).await;
    served
}

const QUOTA: i64 = 3;

async fn add_item(
    State(writer): State<Writer>,
    Path(user_id): Path<i64>,
    Json(item): Json<ItemCreate>,
) -> std::result::Result<Json<Item>, QuotaError> {
    // ANCHOR: transaction
    let mut tx = begin_write(&writer).await?;
    // On PostgreSQL this locks the user's row: anyone else who wants to count this user's items
    // waits. On SQLite `begin_write` has locked the database already.
    let locked = sqlx::query("UPDATE users SET is_active = is_active WHERE id = $1")
        .bind(user_id)
        .execute(&mut *tx)
        .await?;
    if locked.rows_affected() == 0 {
        return Err(Error::UserNotFound.into());
    }
    let count: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM items WHERE owner_id = $1")
        .bind(user_id)
        .fetch_one(&mut *tx)
        .await?;
    if count >= QUOTA {
        return Err(QuotaError::Full);
    }
    // There's room: insert the item and commit, as in every handler that writes.
    // ANCHOR_END: transaction
    let item = crud::create_item(&mut tx, user_id, &item).await?;
    tx.commit().await?;
    Ok(Json(item))
}

enum QuotaError {
    Full,
    Other(Error),
}

impl<E: Into<Error>> From<E> for QuotaError {
    fn from(error: E) -> Self {
        Self::Other(error.into())
    }
}

impl IntoResponse for QuotaError {
    fn into_response(self) -> Response {
        match self {
            Self::Full => {
                ApiError::new(StatusCode::CONFLICT, "This user has three items").into_response()
            }
            Self::Other(error) => error.into_response(),
        }
    }
}
