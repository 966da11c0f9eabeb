//! A sub-application with a lifespan of its own.

use std::sync::Arc;

use axum::Router;
use axum::routing::get;
use lesson_support::Result;

use crate::model::{Model, predict};

// ANCHOR: sub-app
/// Starts the sub-application, lends its router to `body`, and stops it again.
///
/// This is the only way to its router, so it cannot be mounted without being started.
///
/// ```compile_fail,E0603
/// let router = lesson_lifespan::sub_app::router;
/// ```
///
/// # Errors
///
/// What `body` returned.
pub async fn with_sub_app<F>(body: F) -> Result<()>
where
    F: AsyncFnOnce(Router) -> Result<()>,
{
    let model = Arc::new(Model::built_in());
    tracing::info!("sub-app: open");

    let outcome = body(router(Arc::clone(&model))).await;

    drop(model);
    tracing::info!("sub-app: closed");
    outcome
}

fn router(model: Arc<Model>) -> Router {
    Router::new().route("/predict", get(predict)).with_state(model)
}
// ANCHOR_END: sub-app
