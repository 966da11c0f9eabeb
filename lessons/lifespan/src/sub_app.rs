//! A sub-application that starts and stops by itself.

use axum::extract::State;
use axum::routing::get;
use axum::{Json, Router};
use fastapi_extract::Query;
use lesson_support::{ApiError, Result};

use crate::model::{Input, Prediction};

// ANCHOR: sub-app
/// A sub-application that's running; dropping it stops it.
///
/// Nothing else makes its router, and only [`start`](SubApp::start) makes a `SubApp`:
///
/// ```compile_fail,E0451
/// let sub_app = lesson_lifespan::sub_app::SubApp { factor: 42.0 };
/// ```
pub struct SubApp {
    factor: f64,
}

impl SubApp {
    /// Makes what the sub-application needs.
    pub fn start() -> Self {
        tracing::info!("sub-app: open");
        Self { factor: 42.0 }
    }

    /// Its routes, to be nested in an app with any state.
    pub fn router<S>(&self) -> Router<S> {
        Router::new().route("/predict", get(predict)).with_state(self.factor)
    }
}

impl Drop for SubApp {
    fn drop(&mut self) {
        tracing::info!("sub-app: closed");
    }
}
// ANCHOR_END: sub-app

async fn predict(
    State(factor): State<f64>,
    Query(input): Query<Input>,
) -> Result<Json<Prediction>, ApiError> {
    Ok(Json(Prediction::new(input.x * factor)?))
}
