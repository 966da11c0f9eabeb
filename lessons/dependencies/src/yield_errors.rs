//! The handler's error, seen by the code after the `yield`.

use std::num::ParseIntError;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use lesson_support::{ApiError, EventLog, ExitStack, Outcome};

use crate::AppState;

// ANCHOR: router
/// The section's routes.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/yield-http-no-try/items", get(http_no_try))
        .route("/yield-http-other-except/items", get(http_other_except))
        .route("/yield-http-reraised/items", get(http_reraised))
        .route("/yield-http-swallowed/items", get(http_swallowed))
        .route("/yield-catch-answer/items", get(error_answered))
        .route("/yield-error-no-try/items", get(error_no_try))
        .route("/yield-error-other-except/items", get(error_other_except))
        .route("/yield-error-reraised/items", get(error_reraised))
        .route("/yield-error-swallowed/items", get(error_swallowed))
}
// ANCHOR_END: router

// ANCHOR: http
fn not_found() -> Result<(), ApiError> {
    Err(ApiError::from_status(StatusCode::NOT_FOUND))
}

async fn http_no_try(exit_stack: ExitStack) -> Result<(), ApiError> {
    exit_stack.push(async |outcome| {
        outcome?;
        Ok(())
    });
    not_found()
}

async fn http_reraised(
    exit_stack: ExitStack,
    State(events): State<EventLog>,
) -> Result<(), ApiError> {
    exit_stack
        .push(async move |outcome| outcome.inspect_err(|_| events.add("reraised HTTPException")));
    not_found()
}

async fn http_swallowed(
    exit_stack: ExitStack,
    State(events): State<EventLog>,
) -> Result<(), ApiError> {
    exit_stack.push(async move |outcome| {
        outcome.or_else(|_| {
            events.add("swallowed HTTPException");
            Ok(())
        })
    });
    not_found()
}
// ANCHOR_END: http

// ANCHOR: other-except
/// `except ValueError`: another error passes by.
fn except_parse_error(outcome: Outcome, events: &EventLog) -> Outcome {
    outcome.or_else(|error| match error.downcast_ref::<ParseIntError>() {
        Some(_) => {
            events.add("caught");
            Ok(())
        }
        None => Err(error),
    })
}

async fn http_other_except(
    exit_stack: ExitStack,
    State(events): State<EventLog>,
) -> Result<(), ApiError> {
    exit_stack.push(async move |outcome| except_parse_error(outcome, &events));
    not_found()
}
// ANCHOR_END: other-except

// ANCHOR: error
fn broken() -> Result<(), ApiError> {
    Err(ApiError::unexpected("the handler is broken"))
}

async fn error_answered(exit_stack: ExitStack) -> Result<(), ApiError> {
    exit_stack.push(async |outcome| {
        outcome.map_err(|_| ApiError::new(StatusCode::INTERNAL_SERVER_ERROR, "Catch Exception"))
    });
    broken()
}
// ANCHOR_END: error

async fn error_no_try(exit_stack: ExitStack) -> Result<(), ApiError> {
    exit_stack.push(async |outcome| {
        outcome?;
        Ok(())
    });
    broken()
}

async fn error_other_except(
    exit_stack: ExitStack,
    State(events): State<EventLog>,
) -> Result<(), ApiError> {
    exit_stack.push(async move |outcome| except_parse_error(outcome, &events));
    broken()
}

async fn error_reraised(
    exit_stack: ExitStack,
    State(events): State<EventLog>,
) -> Result<(), ApiError> {
    exit_stack.push(async move |outcome| outcome.inspect_err(|_| events.add("reraised Exception")));
    broken()
}

async fn error_swallowed(
    exit_stack: ExitStack,
    State(events): State<EventLog>,
) -> Result<(), ApiError> {
    exit_stack.push(async move |outcome| {
        outcome.or_else(|_| {
            events.add("swallowed Exception");
            Ok(())
        })
    });
    broken()
}
