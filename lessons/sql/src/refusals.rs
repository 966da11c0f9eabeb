//! What the database refuses, as answers for the client.

use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderValue, StatusCode};
use lesson_support::ApiError;
use sqlx::error::DatabaseError;

use crate::database::dialect;

// ANCHOR: expected
/// 400, if a unique index refused the row.
pub fn email_taken_or(error: ApiError) -> ApiError {
    match from_database(&error) {
        Some(refusal) if refusal.is_unique_violation() => email_taken(),
        _ => error,
    }
}

/// 404, if a foreign key refused the row.
pub fn user_not_found_or(error: ApiError) -> ApiError {
    match from_database(&error) {
        Some(refusal) if refusal.is_foreign_key_violation() => user_not_found(),
        _ => error,
    }
}

/// The answer for an email that somebody has.
pub fn email_taken() -> ApiError {
    ApiError::new(StatusCode::BAD_REQUEST, "Email already registered")
}

/// The answer for an id that nobody has.
pub fn user_not_found() -> ApiError {
    ApiError::new(StatusCode::NOT_FOUND, "User not found")
}

fn from_database(error: &ApiError) -> Option<&dyn DatabaseError> {
    error.downcast_ref::<sqlx::Error>()?.as_database_error()
}
// ANCHOR_END: expected

// ANCHOR: any
/// What any statement can fail with: 503 if the database is too busy, 422 if it cannot hold
/// a value. Every other error stays what it is, a 500.
pub fn database_answer(error: ApiError) -> ApiError {
    let Some(failure) = error.downcast_ref::<sqlx::Error>() else {
        return error;
    };
    let refusal = failure.as_database_error();
    if matches!(failure, sqlx::Error::PoolTimedOut) || refusal.is_some_and(dialect::is_busy) {
        tracing::warn!("the database is busy: {failure}");
        return ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "The database is busy")
            .with_header(RETRY_AFTER, HeaderValue::from_static("1"));
    }
    if refusal.is_some_and(dialect::is_unfit) {
        let detail = "The database cannot hold this value";
        return ApiError::new(StatusCode::UNPROCESSABLE_ENTITY, detail);
    }
    error
}
// ANCHOR_END: any
