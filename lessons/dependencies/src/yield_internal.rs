//! What a teardown can do with an error of your own.

use std::error::Error;
use std::fmt;

use axum::Router;
use axum::http::StatusCode;
use lesson_support::{ApiError, EventLog, Outcome};

use crate::AppState;
use crate::yield_errors::failing;

/// An error that knows nothing about HTTP.
#[derive(Debug)]
struct InternalError;

impl fmt::Display for InternalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Internal Error")
    }
}

impl Error for InternalError {}

fn fails_inside() -> Result<(), InternalError> {
    Err(InternalError)
}

/// The section's routes.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/yield-internal-swallowed/items", failing(fails_inside, swallow))
        .route("/yield-internal-reraised/items", failing(fails_inside, reraise))
        .route("/yield-internal-converted/items", failing(fails_inside, convert))
}

// ANCHOR: swallow
fn swallow(outcome: Outcome, events: &EventLog) -> Outcome {
    outcome.or_else(|error| match error.downcast_ref() {
        Some(InternalError) => {
            events.add("swallowed InternalError");
            Ok(())
        }
        None => Err(error),
    })
}
// ANCHOR_END: swallow

fn reraise(outcome: Outcome, events: &EventLog) -> Outcome {
    outcome.inspect_err(|error| {
        if let Some(InternalError) = error.downcast_ref() {
            events.add("reraised InternalError");
        }
    })
}

// ANCHOR: convert
fn convert(outcome: Outcome, _: &EventLog) -> Outcome {
    outcome.map_err(|error| match error.downcast_ref::<InternalError>() {
        Some(internal) => ApiError::new(StatusCode::BAD_REQUEST, format!("converted: {internal}")),
        None => error,
    })
}
// ANCHOR_END: convert
