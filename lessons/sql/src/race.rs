//! Between a check and a write, somebody else writes.

use axum::extract::State;
use axum::routing::post;
use axum::{Json, Router};
use lesson_support::{ApiError, EventLog, Tick};
use tokio::time::sleep;

use crate::passwords::Hasher;
use crate::refusals::email_taken;
use crate::schemas::{User, UserCreate};
use crate::session::Session;
use crate::users::register;
use crate::{AppState, crud};

// ANCHOR: race
/// The section's routes.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/extra/users-unchecked/", post(add_unchecked))
        .route("/extra/users-slow-check/", post(add_slowly))
}

/// No check at all: the unique index says no.
async fn add_unchecked(
    db: Session,
    State(hasher): State<Hasher>,
    State(events): State<EventLog>,
    fastapi_extract::Json(user): fastapi_extract::Json<UserCreate>,
) -> Result<Json<User>, ApiError> {
    register(&db, &hasher, &events, user).await
}

/// A check that is two ticks old when its answer is used.
async fn add_slowly(
    db: Session,
    State(hasher): State<Hasher>,
    State(events): State<EventLog>,
    State(tick): State<Tick>,
    fastapi_extract::Json(user): fastapi_extract::Json<UserCreate>,
) -> Result<Json<User>, ApiError> {
    if crud::get_user_by_email(&db, &user.email).await?.is_some() {
        return Err(email_taken());
    }
    db.rollback().await?; // nobody should hold a connection while they wait
    sleep(tick * 2).await;
    register(&db, &hasher, &events, user).await
}
// ANCHOR_END: race
