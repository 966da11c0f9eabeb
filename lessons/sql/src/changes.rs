//! A user is changed, or deleted.

use axum::http::StatusCode;
use axum::routing::patch;
use axum::{Json, Router};
use fastapi_extract::Path;
use lesson_support::ApiError;

use crate::refusals::user_not_found;
use crate::schemas::{User, UserUpdate};
use crate::session::Session;
use crate::{AppState, crud};

// ANCHOR: changes
/// The section's routes.
pub fn router() -> Router<AppState> {
    Router::new().route("/extra/users/{user_id}", patch(update_user).delete(delete_user))
}

async fn update_user(
    db: Session,
    Path(user_id): Path<i64>,
    fastapi_extract::Json(changes): fastapi_extract::Json<UserUpdate>,
) -> Result<Json<User>, ApiError> {
    let user = crud::update_user(&db, user_id, &changes).await?.ok_or_else(user_not_found)?;
    db.commit().await?;
    Ok(Json(user))
}

async fn delete_user(db: Session, Path(user_id): Path<i64>) -> Result<StatusCode, ApiError> {
    if !crud::delete_user(&db, user_id).await? {
        return Err(user_not_found());
    }
    db.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
// ANCHOR_END: changes
