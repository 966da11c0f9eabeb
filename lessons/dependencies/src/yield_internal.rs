//! An error of the application's own, seen by the code after the `yield`.

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use lesson_support::{ApiError, EventLog, ExitStack};

use crate::AppState;

// ANCHOR: router
/// The section's routes.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/yield-internal-swallowed/items", get(swallowed))
        .route("/yield-internal-reraised/items", get(reraised))
        .route("/yield-internal-converted/items", get(converted))
}
// ANCHOR_END: router

// ANCHOR: error
/// An error that knows nothing of HTTP.
#[derive(Debug)]
struct InternalError;

impl std::fmt::Display for InternalError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Internal Error")
    }
}

impl std::error::Error for InternalError {}

fn fails_inside() -> Result<(), InternalError> {
    Err(InternalError)
}
// ANCHOR_END: error

// ANCHOR: swallowed
async fn swallowed(exit_stack: ExitStack, State(events): State<EventLog>) -> Result<(), ApiError> {
    exit_stack.push(async move |outcome| {
        outcome.or_else(|error| match error.downcast_ref::<InternalError>() {
            Some(InternalError) => {
                events.add("swallowed InternalError");
                Ok(())
            }
            None => Err(error),
        })
    });
    Ok(fails_inside()?) // `?` turns an InternalError into an ApiError
}
// ANCHOR_END: swallowed

// ANCHOR: reraised
async fn reraised(exit_stack: ExitStack, State(events): State<EventLog>) -> Result<(), ApiError> {
    exit_stack.push(async move |outcome| {
        outcome.inspect_err(|error| {
            if let Some(InternalError) = error.downcast_ref() {
                events.add("reraised InternalError");
            }
        })
    });
    Ok(fails_inside()?)
}

async fn converted(exit_stack: ExitStack) -> Result<(), ApiError> {
    exit_stack.push(async |outcome| {
        outcome.map_err(|error| match error.downcast_ref::<InternalError>() {
            Some(internal) => {
                ApiError::new(StatusCode::BAD_REQUEST, format!("converted: {internal}"))
            }
            None => error,
        })
    });
    Ok(fails_inside()?)
}
// ANCHOR_END: reraised
