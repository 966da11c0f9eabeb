//! Changing and deleting users.

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::patch;
use fastapi_extract::{Json, Path};

use crate::database::{Writer, begin_write};
use crate::error::Error;
use crate::schemas::{User, UserUpdate};
use crate::{AppState, crud};

/// The section's routes.
pub fn router() -> Router<AppState> {
    Router::new().route("/extra/users/{user_id}", patch(update_user).delete(delete_user))
}

async fn update_user(
    State(writer): State<Writer>,
    Path(user_id): Path<i64>,
    Json(changes): Json<UserUpdate>,
) -> Result<Json<User>, Error> {
    let mut tx = begin_write(&writer).await?;
    let user = crud::update_user(&mut tx, user_id, &changes).await?.ok_or(Error::UserNotFound)?;
    tx.commit().await?;
    Ok(Json(user))
}

async fn delete_user(
    State(writer): State<Writer>,
    Path(user_id): Path<i64>,
) -> Result<StatusCode, Error> {
    let mut tx = begin_write(&writer).await?;
    if !crud::delete_user(&mut tx, user_id).await? {
        return Err(Error::UserNotFound);
    }
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
