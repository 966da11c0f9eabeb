//! A fresh app for each test: the counterpart of a pytest fixture.

use axum::Router;
use lesson_support::{EventLog, Tick};
use lesson_testing::{AppState, app};
use tokio_util::sync::CancellationToken;

// ANCHOR: state
/// A state of the test's own, before start-up. A tick is a second, as for a reader.
pub fn fresh_state() -> AppState {
    AppState::new(Tick::from_ms(1000), EventLog::default(), CancellationToken::new())
}

pub fn fresh_app() -> Router {
    app(fresh_state())
}
// ANCHOR_END: state
