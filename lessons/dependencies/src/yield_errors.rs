//! What a teardown can do with the handler's error.

use std::num::ParseIntError;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::{MethodRouter, get};
use lesson_support::{ApiError, EventLog, ExitStack, Outcome};

use crate::AppState;

/// The section's routes: two handlers that fail, and what a teardown can make of that.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/yield-http-no-try/items", failing(not_found, no_try))
        .route("/yield-http-other-except/items", failing(not_found, except_parse_error))
        .route("/yield-http-reraised/items", failing(not_found, reraise))
        .route("/yield-http-swallowed/items", failing(not_found, swallow))
        .route("/yield-error-no-try/items", failing(broken, no_try))
        .route("/yield-error-other-except/items", failing(broken, except_parse_error))
        .route("/yield-error-reraised/items", failing(broken, reraise))
        .route("/yield-error-swallowed/items", failing(broken, swallow))
        .route("/yield-catch-answer/items", failing(broken, answer))
}

fn not_found() -> Result<(), ApiError> {
    Err(ApiError::from_status(StatusCode::NOT_FOUND))
}

fn broken() -> Result<(), ApiError> {
    Err(ApiError::unexpected("the handler is broken"))
}

/// A handler that pushes a teardown, as an extractor would, and then fails.
pub(crate) fn failing<E: 'static>(
    fail: fn() -> Result<(), E>,
    teardown: fn(Outcome, &EventLog) -> Outcome,
) -> MethodRouter<AppState>
where
    ApiError: From<E>,
{
    get(async move |exit_stack: ExitStack, State(events): State<EventLog>| {
        exit_stack.push(async move |outcome| teardown(outcome, &events));
        fail().map_err(ApiError::from)
    })
}

// ANCHOR: teardowns
fn no_try(outcome: Outcome, _: &EventLog) -> Outcome {
    outcome?;
    Ok(())
}

fn reraise(outcome: Outcome, events: &EventLog) -> Outcome {
    outcome.inspect_err(|error| events.add(format!("reraised {}", python_type(error))))
}

fn swallow(outcome: Outcome, events: &EventLog) -> Outcome {
    outcome.or_else(|error| {
        events.add(format!("swallowed {}", python_type(&error)));
        Ok(())
    })
}

fn answer(outcome: Outcome, _: &EventLog) -> Outcome {
    outcome.map_err(|_| ApiError::new(StatusCode::INTERNAL_SERVER_ERROR, "Catch Exception"))
}

/// What FastAPI's side writes: an answer is an `HTTPException` there.
fn python_type(error: &ApiError) -> &'static str {
    error.detail().map_or("Exception", |_| "HTTPException")
}
// ANCHOR_END: teardowns

/// `except ValueError`: any other error passes by.
fn except_parse_error(outcome: Outcome, events: &EventLog) -> Outcome {
    outcome.or_else(|error| match error.downcast_ref::<ParseIntError>() {
        Some(_) => {
            events.add("caught");
            Ok(())
        }
        None => Err(error),
    })
}
