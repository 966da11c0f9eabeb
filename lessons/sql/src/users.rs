//! The users: FastAPI's `main.py`.

use axum::extract::State;
use axum::routing::get;
use axum::{Json, Router};
use fastapi_extract::{Path, Query};
use lesson_support::{ApiError, EventLog};

use crate::passwords::Hasher;
use crate::refusals::{email_taken, user_not_found};
use crate::schemas::{Page, User, UserCreate};
use crate::session::Session;
use crate::{AppState, crud};

// ANCHOR: router
/// The section's routes.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/main/users/", get(read_users).post(add_user))
        .route("/main/users/{user_id}", get(read_user))
}
// ANCHOR_END: router

// ANCHOR: read
async fn read_users(db: Session, Query(page): Query<Page>) -> Result<Json<Vec<User>>, ApiError> {
    Ok(Json(crud::get_users(&db, page).await?))
}

async fn read_user(db: Session, Path(user_id): Path<i64>) -> Result<Json<User>, ApiError> {
    let user = crud::get_user(&db, user_id).await?;
    user.map(Json).ok_or_else(user_not_found)
}
// ANCHOR_END: read

// ANCHOR: add
async fn add_user(
    db: Session,
    State(hasher): State<Hasher>,
    State(events): State<EventLog>,
    fastapi_extract::Json(user): fastapi_extract::Json<UserCreate>,
) -> Result<Json<User>, ApiError> {
    if crud::get_user_by_email(&db, &user.email).await?.is_some() {
        return Err(email_taken());
    }
    register(&db, &hasher, &events, user).await
}

/// Hashes the password, inserts the user and commits.
pub(crate) async fn register(
    db: &Session,
    hasher: &Hasher,
    events: &EventLog,
    user: UserCreate,
) -> Result<Json<User>, ApiError> {
    // Hashing takes long: somebody else may have the connection meanwhile.
    db.rollback().await?;
    let hash = hasher.hash(user.password).await?;

    let user = crud::create_user(db, &user.email, &hash).await?;
    db.commit().await?;
    events.add("id unknown before commit, known after");
    Ok(Json(user))
}
// ANCHOR_END: add
