//! A chain of extractors. Each needs the one before it, to open and to close.

use axum::extract::{FromRequestParts, State};
use axum::http::request::Parts;
use axum::routing::get;
use axum::{Json, Router};
use lesson_support::{ApiError, EventLog, ExitStack};

use crate::AppState;

/// The section's routes.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/yield-chain/items", get(items))
        .route("/yield-chain/crash", get(crash))
        .route("/yield-chain/teardown-fails", get(teardown_fails))
}

struct A(&'static str);

impl FromRequestParts<AppState> for A {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, ApiError> {
        let exit_stack = ExitStack::from_request_parts(parts, state).await?;
        let events = state.events.clone();
        events.add("a opened");
        exit_stack.push(async move |outcome| {
            events.add("a closed");
            outcome
        });
        Ok(Self("a"))
    }
}

// ANCHOR: b
struct B(&'static str);

impl FromRequestParts<AppState> for B {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, ApiError> {
        let A(a) = A::from_request_parts(parts, state).await?; // Depends(get_a)
        let exit_stack = ExitStack::from_request_parts(parts, state).await?;
        let events = state.events.clone();
        events.add("b opened");
        exit_stack.push(async move |outcome| {
            events.add(format!("b closed using {a}"));
            outcome
        });
        Ok(Self("b"))
    }
}
// ANCHOR_END: b

struct C(&'static str);

impl FromRequestParts<AppState> for C {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, ApiError> {
        let B(b) = B::from_request_parts(parts, state).await?;
        let exit_stack = ExitStack::from_request_parts(parts, state).await?;
        let events = state.events.clone();
        events.add("c opened");
        exit_stack.push(async move |outcome| {
            events.add(format!("c closed using {b}"));
            outcome
        });
        Ok(Self("c"))
    }
}

async fn items(C(c): C, State(events): State<EventLog>) -> Json<&'static str> {
    events.add("handler");
    Json(c)
}

async fn crash(_: C, State(events): State<EventLog>) -> Result<(), ApiError> {
    events.add("handler");
    Err(ApiError::unexpected("crashed"))
}

async fn teardown_fails(
    _: B,
    exit_stack: ExitStack,
    State(events): State<EventLog>,
) -> Json<&'static str> {
    events.add("failing opened");
    let in_teardown = events.clone();
    exit_stack.push(async move |_| {
        in_teardown.add("failing does not close");
        Err(ApiError::unexpected("cannot close"))
    });
    events.add("handler");
    Json("failing")
}
