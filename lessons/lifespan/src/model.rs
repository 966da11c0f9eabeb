//! A model that is loaded once, and the predictions that share it.

// ANCHOR: use
use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, Router};
use fastapi_extract::Query;
use lesson_support::{ApiError, EventLog, Result, Tick};
use serde::{Deserialize, Serialize};
use tokio::time::sleep;

use crate::AppState;
use crate::startup::Startup;
// ANCHOR_END: use

// ANCHOR: model
/// Takes long to load, and is only read after that.
pub struct Model {
    factor: f64,
    events: EventLog,
}

impl Model {
    /// Loads the model.
    ///
    /// # Errors
    ///
    /// If it can't be loaded.
    pub async fn load(startup: &Startup) -> Result<Self> {
        sleep(startup.tick * 1).await; // a large file, say
        startup.may_fail("model").map_err(|e| format!("cannot load the model: {e}"))?;
        startup.events.add("model loaded");
        Ok(Self { factor: 42.0, events: startup.events.clone() })
    }
}

/// Runs when the last owner lets go of the model.
impl Drop for Model {
    fn drop(&mut self) {
        self.events.add("model cleared");
    }
}
// ANCHOR_END: model

// ANCHOR: router
/// The section's routes. They need a state, and the state needs a model, so without one they
/// can't be served:
///
/// ```compile_fail,E0308
/// let app: axum::Router = lesson_lifespan::model::router();
/// ```
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/model/predict", get(predict))
        .route("/model/slow-predict", get(slow_predict))
}
// ANCHOR_END: router

/// The query: `?x=2`.
#[derive(Deserialize)]
pub(crate) struct Input {
    pub(crate) x: f64,
}

// ANCHOR: prediction
/// The answer: `{"result":84.0}`.
#[derive(Serialize)]
pub(crate) struct Prediction {
    result: f64,
}

impl Prediction {
    pub(crate) fn new(result: f64) -> Result<Self, ApiError> {
        if result.is_finite() {
            return Ok(Self { result });
        }
        // JSON has no infinity: serde_json would write `null`.
        let detail = "the result is too large for a number";
        Err(ApiError::new(StatusCode::UNPROCESSABLE_ENTITY, detail))
    }
}
// ANCHOR_END: prediction

// ANCHOR: predict
async fn predict(
    State(model): State<Arc<Model>>,
    Query(input): Query<Input>,
) -> Result<Json<Prediction>, ApiError> {
    Ok(Json(Prediction::new(input.x * model.factor)?))
}
// ANCHOR_END: predict

async fn slow_predict(
    State(model): State<Arc<Model>>,
    State(tick): State<Tick>,
    State(events): State<EventLog>,
    Query(input): Query<Input>,
) -> Result<Json<Prediction>, ApiError> {
    tracing::info!("slow prediction begins");
    sleep(tick * 5).await;
    let prediction = Prediction::new(input.x * model.factor)?;
    events.add("slow prediction done");
    Ok(Json(prediction))
}
