//! What a handler of this lesson can fail with, and what the client is told.

// ANCHOR: use
use axum::Json;
use axum::http::StatusCode;
use axum::http::header::{RETRY_AFTER, WWW_AUTHENTICATE};
use axum::response::{IntoResponse, Response};
use serde_json::json;
// ANCHOR_END: use

use crate::database::dialect;
use crate::passwords::HashError;

/// Everything that a handler can fail with. The text is the answer's `detail`, except for the
/// last two, which go to the log.
// ANCHOR: enum
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Nobody has this id.
    #[error("User not found")]
    UserNotFound,
    // ANCHOR_END: enum
    /// No item has this id.
    #[error("Item not found")]
    ItemNotFound,
    /// Somebody has this email.
    #[error("Email already registered")]
    EmailTaken,
    /// Nobody has this email, or the password is wrong, or the user is no longer active.
    #[error("Incorrect email or password")]
    WrongLogin,
    /// The handler wrote something, and then refused.
    #[error("changed my mind")]
    ChangedMind,
    /// No connection, lock or core was free in time.
    #[error("The server is busy")]
    Busy,
    /// The database can't hold such a value.
    #[error("The database cannot hold this value")]
    InvalidValue,
    /// Anything else that the database reports.
    #[error("the database failed: {0}")]
    Database(sqlx::Error),
    /// A password could not be hashed.
    #[error("hashing failed: {0}")]
    Hash(HashError),
}

impl Error {
    fn status(&self) -> StatusCode {
        match self {
            Self::UserNotFound | Self::ItemNotFound => StatusCode::NOT_FOUND,
            Self::EmailTaken => StatusCode::BAD_REQUEST,
            Self::WrongLogin => StatusCode::UNAUTHORIZED,
            Self::ChangedMind => StatusCode::CONFLICT,
            Self::Busy => StatusCode::SERVICE_UNAVAILABLE,
            Self::InvalidValue => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Database(_) | Self::Hash(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

// ANCHOR: into-response
impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let status = self.status();
        let body = Json(json!({ "detail": self.to_string() }));
        match self {
            Self::Database(_) | Self::Hash(_) => {
                tracing::error!(error = %self, "unexpected");
                (status, "Internal Server Error").into_response()
            }
            Self::Busy => (status, [(RETRY_AFTER, "1")], body).into_response(),
            Self::WrongLogin => (status, [(WWW_AUTHENTICATE, "Bearer")], body).into_response(),
            _ => (status, body).into_response(),
        }
    }
}
// ANCHOR_END: into-response

// ANCHOR: from
/// For `?`: what any statement can fail with.
impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::PoolTimedOut => {
                tracing::warn!("no connection in time: all are in use, or the database is gone");
                Self::Busy
            }
            sqlx::Error::Database(refusal) if dialect::is_busy(refusal.as_ref()) => {
                tracing::warn!("the database is busy: {refusal}");
                Self::Busy
            }
            sqlx::Error::Database(refusal) if dialect::is_invalid_value(refusal.as_ref()) => {
                Self::InvalidValue
            }
            _ => Self::Database(error),
        }
    }
}

impl From<HashError> for Error {
    fn from(error: HashError) -> Self {
        match error {
            HashError::Busy(_) => {
                tracing::warn!("no core was free in time");
                Self::Busy
            }
            _ => Self::Hash(error),
        }
    }
}
// ANCHOR_END: from

/// Turns the refusal of one constraint into an answer: `except IntegrityError`, by name.
///
/// The idea is from launchbadge's [realworld-axum-sqlx].
///
/// [realworld-axum-sqlx]: https://github.com/launchbadge/realworld-axum-sqlx
pub trait OnConstraint<T> {
    /// `answer`, if this constraint has refused the row. Any other error stays what it is.
    ///
    /// # Errors
    ///
    /// If the statement has failed.
    fn on_constraint(self, name: &str, answer: Error) -> Result<T, Error>;
}

// ANCHOR: on-constraint-impl
impl<T> OnConstraint<T> for sqlx::Result<T> {
    fn on_constraint(self, name: &str, answer: Error) -> Result<T, Error> {
        self.map_err(|error| {
            let refused = error.as_database_error().and_then(dialect::constraint);
            if refused == Some(name) { answer } else { error.into() }
        })
    }
}
// ANCHOR_END: on-constraint-impl
