//! The lesson's exercise, solved: a counter of visits that outlives the process.
//!
//! ```text
//! LESSON_VISITS=visits.txt cargo run -p lesson-lifespan --example visits
//! curl -X POST http://127.0.0.1:8000/visit
//! ```

use std::env;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::extract::State;
use axum::routing::post;
use axum::{Json, Router};
use lesson_lifespan::first_error::first_error;
use lesson_support::{Lesson, Result, Server};
use tokio::fs;

const LESSON: Lesson = Lesson {
    name: "visits",
    title: "a counter of visits that outlives the process",
    try_first: &["-X POST {}/visit"],
    readme: "lessons/lifespan/README.md",
};

// ANCHOR: solution
#[tokio::main]
async fn main() -> Result<()> {
    let server = Server::from_args(LESSON).await?;
    let path = env::var("LESSON_VISITS").unwrap_or_else(|_| "visits.txt".to_owned());
    let visits = Arc::new(AtomicU64::new(read(&path).await.map_err(|e| format!("{path}: {e}"))?));

    let app = Router::new().route("/visit", post(count)).with_state(Arc::clone(&visits));
    let served = server.serve(app).await; // no `?`: the number is written in any case

    let written = fs::write(&path, visits.load(Ordering::Relaxed).to_string()).await;
    first_error(served, written.map_err(|e| format!("{path}: {e}").into()))
}

/// The number in the file; 0 if there is no file yet. Anything else that fails, fails the start.
async fn read(path: &str) -> Result<u64> {
    match fs::read_to_string(path).await {
        Ok(text) => Ok(text.trim().parse()?),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(0),
        Err(error) => Err(error.into()),
    }
}

async fn count(State(visits): State<Arc<AtomicU64>>) -> Json<u64> {
    Json(visits.fetch_add(1, Ordering::Relaxed) + 1)
}
// ANCHOR_END: solution
