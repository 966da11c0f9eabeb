//! One transaction for several functions: without a commit, none of it is kept.
//!
// ANCHOR: one-at-a-time
//! A transaction does one thing at a time. Two at once don't compile:
//!
//! ```compile_fail,E0499
//! use lesson_sql::{crud, database};
//!
//! async fn both(tx: &mut database::Transaction<'_>) {
//!     let (_, _) = tokio::join!(crud::get_user(tx, 1), crud::get_user(tx, 2));
//! }
//! ```
// ANCHOR_END: one-at-a-time
//!
//! A statement that may fail runs in a savepoint:
//!
// ANCHOR: savepoint
//! ```
//! use lesson_sql::crud;
//! use lesson_sql::database::{Writer, begin_write};
//! use lesson_sql::error::Error;
//! use sqlx::Connection; // has `begin`
//!
//! /// Adds the users whose email is new, and leaves the others as they are.
//! async fn import(writer: &Writer, emails: &[String]) -> Result<(), Error> {
//!     let mut tx = begin_write(writer).await?;
//!     for email in emails {
//!         let mut inner = tx.begin().await?; // a savepoint
//!         match crud::create_user(&mut inner, email, "").await {
//!             Ok(_) => inner.commit().await?,
//!             Err(Error::EmailTaken) => inner.rollback().await?, // and `tx` is as before it
//!             Err(error) => return Err(error),
//!         }
//!     }
//!     Ok(tx.commit().await?)
//! }
//! ```
// ANCHOR_END: savepoint

use axum::Router;
use axum::extract::State;
use axum::routing::{get, post};
use fastapi_extract::Json;
use serde::Serialize;

use crate::database::{Writer, begin_write};
use crate::error::Error;
use crate::schemas::UserCreate;
use crate::{AppState, crud};

/// The section's routes.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/extra/same-session", get(same_session))
        .route("/extra/users-half-done/", post(half_done))
}

#[derive(Serialize)]
struct Same {
    same_within_a_request: bool,
}

/// Two functions, one transaction: the second sees what the first has not committed.
// ANCHOR: same-session-fn
async fn same_session(State(writer): State<Writer>) -> Result<Json<Same>, Error> {
    let mut tx = begin_write(&writer).await?;
    let email = format!("nobody-{}@example.org", fastrand::u64(..));
    let user = crud::create_user(&mut tx, &email, "").await?;
    let seen = crud::get_user(&mut tx, user.id).await?;
    Ok(Json(Same { same_within_a_request: seen.is_some() })) // no commit: nobody else saw it
}
// ANCHOR_END: same-session-fn

// ANCHOR: half-done
async fn half_done(
    State(writer): State<Writer>,
    Json(user): Json<UserCreate>,
) -> Result<(), Error> {
    let mut tx = begin_write(&writer).await?;
    crud::create_user(&mut tx, &user.email, "").await?;
    Err(Error::ChangedMind) // and no commit
}
// ANCHOR_END: half-done
