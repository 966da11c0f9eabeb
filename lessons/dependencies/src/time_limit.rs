//! A layer that gives handlers a limit.

use std::convert::Infallible;
use std::future::pending;

use async_stream::stream;
use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use lesson_support::{EventLog, Tick};
use tokio::time::sleep;
use tower_http::timeout::TimeoutLayer;

use crate::AppState;
use crate::scope_guard::Guard;

// ANCHOR: limit
/// The section's routes. Their handlers have two ticks to answer.
pub fn router(state: &AppState) -> Router<AppState> {
    let limit = TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, state.tick * 2);
    Router::new()
        .route("/time-limit/endless", get(endless))
        .route("/time-limit/stream", get(slow_stream))
        .route_layer(limit)
}

async fn endless(State(events): State<EventLog>) {
    let _guard = Guard::open("guard", &events);
    pending::<()>().await; // nothing wakes it: a lock that nobody opens, a lost message
}

/// Its head is in time; the limit doesn't see how long the body takes.
async fn slow_stream(State(tick): State<Tick>) -> Body {
    Body::from_stream(stream! {
        for number in [1, 2] {
            sleep(tick * 3).await;
            yield Ok::<_, Infallible>(format!("piece {number};"));
        }
    })
}
// ANCHOR_END: limit
