//! The users: FastAPI's `main.py`.

use axum::Router;
use axum::extract::State;
use axum::routing::get;
use fastapi_extract::{Json, Path, Query};

use crate::database::{Pool, Writer, begin_read, begin_write};
use crate::error::Error;
use crate::passwords::Hasher;
use crate::schemas::{Page, User, UserCreate};
use crate::{AppState, crud};

/// The section's routes.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/main/users/", get(read_users).post(add_user))
        .route("/main/users/{user_id}", get(read_user))
}

// ANCHOR: read-users
async fn read_users(
    State(pool): State<Pool>,
    Query(page): Query<Page>,
) -> Result<Json<Vec<User>>, Error> {
    let mut db = begin_read(&pool).await?;
    Ok(Json(crud::get_users(&mut db, page).await?))
}
// ANCHOR_END: read-users

async fn read_user(
    State(pool): State<Pool>,
    Path(user_id): Path<i64>,
) -> Result<Json<User>, Error> {
    let mut db = begin_read(&pool).await?;
    let user = crud::get_user(&mut db, user_id).await?;
    user.map(Json).ok_or(Error::UserNotFound)
}

async fn add_user(
    State(pool): State<Pool>,
    State(writer): State<Writer>,
    State(hasher): State<Hasher>,
    Json(user): Json<UserCreate>,
) -> Result<Json<User>, Error> {
    // ANCHOR: check
    // The connection goes back at the end of the line.
    let known = crud::get_user_by_email(&mut *pool.acquire().await?, &user.email).await?;
    if known.is_some() {
        return Err(Error::EmailTaken);
    }
    // ANCHOR_END: check
    Ok(Json(register(&writer, &hasher, user).await?))
}

/// Hashes the password, inserts the user and commits.
// ANCHOR: register
pub(crate) async fn register(
    writer: &Writer,
    hasher: &Hasher,
    user: UserCreate,
) -> Result<User, Error> {
    let hash = hasher.hash(user.password).await?; // slow, so before there is a transaction

    let mut tx = begin_write(writer).await?;
    let user = crud::create_user(&mut tx, &user.email, &hash).await?;
    tx.commit().await?;
    Ok(user)
}
// ANCHOR_END: register
