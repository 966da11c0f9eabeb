//! A model that is loaded once, and the predictions that share it.

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

// ANCHOR: model
/// What takes long to load and is then only read.
pub struct Model {
    answer_to_everything: f64,
    _cleared: Option<Cleared>,
}

/// Says so when its model is freed: Rust's code after a `yield`, where nothing is awaited.
struct Cleared(EventLog);

impl Drop for Cleared {
    fn drop(&mut self) {
        self.0.add("model cleared");
    }
}

impl Model {
    /// Loads the model. It is freed when its last owner drops it.
    ///
    /// # Errors
    ///
    /// If it cannot be loaded.
    pub async fn load(startup: &Startup) -> Result<Arc<Self>> {
        // Stands for reading a large file; a library that blocks belongs in `spawn_blocking`.
        sleep(startup.tick * 1).await;
        startup.may_fail("model").map_err(|e| format!("cannot load the model: {e}"))?;
        startup.events.add("model loaded");
        let cleared = Some(Cleared(startup.events.clone()));
        Ok(Arc::new(Self { _cleared: cleared, ..Self::built_in() }))
    }

    /// The model that needs no loading.
    pub(crate) fn built_in() -> Self {
        Self { answer_to_everything: 42.0, _cleared: None }
    }
}
// ANCHOR_END: model

// ANCHOR: router
/// The section's routes. Without a model there is no state, and without a state no app that
/// could be served:
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

// ANCHOR: predict
/// The query: `?x=2`.
#[derive(Deserialize)]
pub struct Input {
    x: f64,
}

/// The answer: `{"result":84.0}`.
#[derive(Serialize)]
pub struct Prediction {
    result: f64,
}

impl Model {
    fn predict(&self, x: f64) -> Result<Json<Prediction>, ApiError> {
        let result = x * self.answer_to_everything;
        if !result.is_finite() {
            // JSON has no infinity: serde_json would write `null`.
            let detail = "the result is too large for a number";
            return Err(ApiError::new(StatusCode::UNPROCESSABLE_ENTITY, detail));
        }
        Ok(Json(Prediction { result }))
    }
}

/// 42 times x.
pub async fn predict(
    Query(input): Query<Input>,
    State(model): State<Arc<Model>>,
) -> Result<Json<Prediction>, ApiError> {
    model.predict(input.x)
}

async fn slow_predict(
    Query(input): Query<Input>,
    State(tick): State<Tick>,
    State(events): State<EventLog>,
    State(model): State<Arc<Model>>,
) -> Result<Json<Prediction>, ApiError> {
    tracing::info!("slow prediction begins");
    sleep(tick * 5).await;
    let prediction = model.predict(input.x)?;
    events.add("slow prediction done");
    Ok(prediction)
}
// ANCHOR_END: predict
