//! A login.

use axum::Router;
use axum::extract::State;
use axum::routing::post;
use fastapi_extract::{Form, Json};

use crate::database::{Pool, begin_read};
use crate::error::Error;
use crate::passwords::Hasher;
use crate::schemas::{Login, User};
use crate::{AppState, crud};

// ANCHOR: login
/// The section's routes.
pub fn router() -> Router<AppState> {
    Router::new().route("/extra/login", post(login))
}

/// An unknown email, a wrong password and a user who is no longer active get the same answer,
/// after the same time.
async fn login(
    State(pool): State<Pool>,
    State(hasher): State<Hasher>,
    Form(login): Form<Login>,
) -> Result<Json<User>, Error> {
    let row = crud::get_user_by_email(&mut *pool.acquire().await?, &login.username).await?;
    let hash = row.as_ref().map(|row| row.hashed_password.clone());
    let is_right = hasher.verify(login.password, hash).await?;

    let row = row.filter(|row| is_right && row.is_active).ok_or(Error::WrongLogin)?;
    let user = crud::get_user(&mut *begin_read(&pool).await?, row.id).await?;
    user.map(Json).ok_or(Error::WrongLogin)
}
// ANCHOR_END: login
