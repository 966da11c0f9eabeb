//! A handler that asks for the time of day, so that a test must be able to choose it.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use axum::extract::State;
use axum::routing::get;
use axum::{Json, Router};
use serde::Serialize;

use crate::AppState;

// ANCHOR: clock
/// Tells the time of day. A test brings its own.
pub trait Clock: Send + Sync {
    /// The hour in UTC, from 0 to 23.
    fn hour(&self) -> u64;
}
// ANCHOR_END: clock

/// The machine's clock.
pub struct SystemClock;

impl Clock for SystemClock {
    fn hour(&self) -> u64 {
        let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        since_1970.as_secs() / 3600 % 24
    }
}

/// The section's route.
pub fn router() -> Router<AppState> {
    Router::new().route("/greeting/", get(greet))
}

#[derive(Serialize)]
struct Greeting {
    hour: u64,
    message: &'static str,
}

// ANCHOR: greet
async fn greet(State(clock): State<Arc<dyn Clock>>) -> Json<Greeting> {
    let hour = clock.hour();
    let message = if hour < 12 { "Good morning" } else { "Good day" };
    Json(Greeting { hour, message })
}
// ANCHOR_END: greet
