//! What can go wrong with an order, and what the client is told.

use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use lesson_support::ApiError;

// ANCHOR: enum
/// Why a request is refused, or fails.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// If such a key were ignored, the mail could be sent twice.
    #[error("Idempotency-Key must be one header of 1 to 255 ASCII characters")]
    BadKey,
    /// A bug in the client. A 202 would hide that this mail is never sent.
    #[error("Idempotency-Key was used for another mail")]
    KeyReused,
    /// There's none, or it's somebody else's.
    #[error("Job not found")]
    JobNotFound,
    /// The database is busy, or it fails.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
    /// A job in the database that apalis can't read.
    #[error(transparent)]
    Queue(apalis_sqlite::Error),
    /// A mail that can't be written as JSON.
    #[error(transparent)]
    Json(#[from] serde_json::Error),
}
// ANCHOR_END: enum

/// apalis wraps the database's errors, and the answer to those depends on what they are.
impl From<apalis_sqlite::Error> for Error {
    fn from(error: apalis_sqlite::Error) -> Self {
        match error {
            apalis_sqlite::Error::Database(error) => Self::Database(error),
            error => Self::Queue(error),
        }
    }
}

// ANCHOR: into-response
impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let status = match &self {
            Self::BadKey => StatusCode::BAD_REQUEST,
            Self::KeyReused => StatusCode::UNPROCESSABLE_ENTITY,
            Self::JobNotFound => StatusCode::NOT_FOUND,
            Self::Database(error) if is_busy(error) => {
                tracing::warn!(%error, "the database is busy");
                return busy().into_response();
            }
            // The client is told nothing, and the log everything.
            Self::Database(_) | Self::Queue(_) | Self::Json(_) => {
                return ApiError::unexpected(self).into_response();
            }
        };
        ApiError::new(status, self.to_string()).into_response()
    }
}

fn busy() -> ApiError {
    ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "The database is busy")
        .with_header(RETRY_AFTER, HeaderValue::from_static("1"))
}

/// Whether it's worth asking again soon: no connection was free in time, or another one held a
/// lock for too long. The low byte of SQLite's code is 5 then.
pub(super) fn is_busy(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(|error| error.code()?.parse::<i32>().ok());
    matches!(error, sqlx::Error::PoolTimedOut) || code.is_some_and(|code| code & 0xff == 5)
}
// ANCHOR_END: into-response
