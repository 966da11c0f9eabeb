//! A sub-application with a lifespan of its own.

use std::sync::Arc;

use axum::Router;
use axum::routing::get;

use crate::model::{Model, predict};

// ANCHOR: sub-app
/// A sub-application that has been started; dropping it stops it.
///
/// Only this has its router, so it cannot be mounted without being started:
///
/// ```compile_fail,E0603
/// let router = lesson_lifespan::sub_app::router;
/// ```
pub struct SubApp {
    model: Arc<Model>,
}

impl SubApp {
    /// Makes what the sub-application needs.
    pub fn start() -> Self {
        tracing::info!("sub-app: open");
        Self { model: Arc::new(Model::built_in()) }
    }

    /// Its routes, to be nested in an app.
    pub fn router<S>(&self) -> Router<S> {
        router(Arc::clone(&self.model))
    }
}

impl Drop for SubApp {
    fn drop(&mut self) {
        tracing::info!("sub-app: closed");
    }
}

fn router<S>(model: Arc<Model>) -> Router<S> {
    Router::new().route("/predict", get(predict)).with_state(model)
}
// ANCHOR_END: sub-app
