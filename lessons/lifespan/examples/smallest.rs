//! The smallest lifespan: a line before `serve`, and a line after it.
//!
//! ```text
//! cargo run -p lesson-lifespan --example smallest
//! curl http://127.0.0.1:8000/answer
//! ```

// ANCHOR: smallest
use std::sync::Arc;

use axum::extract::State;
use axum::routing::get;
use axum::{Json, Router};
use lesson_support::{Lesson, Result, Server};

const LESSON: Lesson = Lesson {
    name: "smallest",
    title: "a line before serve, and a line after it",
    try_first: &["{}/answer"],
    readme: "lessons/lifespan/README.md",
};

#[tokio::main]
async fn main() -> Result<()> {
    let server = Server::from_args(LESSON).await?;
    let model = Arc::new(42.0);
    tracing::info!("model loaded");

    let app = Router::new().route("/answer", get(answer)).with_state(model);
    server.serve(app).await?; // FastAPI's `yield`

    tracing::info!("model cleared");
    Ok(())
}

async fn answer(State(model): State<Arc<f64>>) -> Json<f64> {
    Json(*model)
}
// ANCHOR_END: smallest
