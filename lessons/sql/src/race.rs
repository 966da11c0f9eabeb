//! Between a check and a write, somebody else writes.

use axum::Router;
use axum::extract::State;
use axum::routing::post;
use fastapi_extract::Json;
use lesson_support::{EventLog, Tick};
use tokio::time::sleep;

use crate::database::{Pool, Writer};
use crate::error::Error;
use crate::passwords::Hasher;
use crate::schemas::{User, UserCreate};
use crate::users::register;
use crate::{AppState, crud};

/// The section's routes.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/extra/users-unchecked/", post(add_unchecked))
        .route("/extra/users-slow-check/", post(add_slowly))
}

/// No check at all: the unique index says no.
async fn add_unchecked(
    State(writer): State<Writer>,
    State(hasher): State<Hasher>,
    Json(user): Json<UserCreate>,
) -> Result<Json<User>, Error> {
    Ok(Json(register(&writer, &hasher, user).await?))
}

/// A check that is two ticks old when its answer is used.
async fn add_slowly(
    State(pool): State<Pool>,
    State(writer): State<Writer>,
    State(hasher): State<Hasher>,
    State(tick): State<Tick>,
    State(events): State<EventLog>,
    Json(user): Json<UserCreate>,
) -> Result<Json<User>, Error> {
    let known = crud::get_user_by_email(&mut *pool.acquire().await?, &user.email).await?;
    if known.is_some() {
        return Err(Error::EmailTaken);
    }
    events.add("nobody has this email");
    sleep(tick * 2).await; // meanwhile, somebody else
    Ok(Json(register(&writer, &hasher, user).await?))
}
