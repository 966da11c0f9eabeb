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
}

impl Model {
    async fn load(startup: &Startup) -> Result<Self> {
        // Stands for reading a large file.
        sleep(startup.tick * 1).await;
        startup.may_fail("model").map_err(|e| format!("cannot load the model: {e}"))?;
        Ok(Self::built_in())
    }

    /// The model that needs no loading.
    pub(crate) fn built_in() -> Self {
        Self { answer_to_everything: 42.0 }
    }
}
// ANCHOR_END: model

// ANCHOR: with-model
/// Loads the model, lends it to `body`, and lets go of it, whatever `body` returned.
///
/// # Errors
///
/// If the model cannot be loaded, or what `body` returned.
pub async fn with_model<F>(startup: &Startup, body: F) -> Result<()>
where
    F: AsyncFnOnce(Arc<Model>) -> Result<()>,
{
    let model = Arc::new(Model::load(startup).await?);
    startup.events.add("model loaded");

    let outcome = body(Arc::clone(&model)).await; // FastAPI's `yield`

    drop(model);
    startup.events.add("model cleared");
    outcome
}
// ANCHOR_END: with-model

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
