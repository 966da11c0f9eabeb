//! The exercise's solution: a background task that is tried again.
//!
//! ```text
//! cargo run -p lesson-background-tasks --example retries
//! curl 'http://127.0.0.1:8000/mail?refusals=2'
//! ```

use std::io;
use std::time::Duration;

use axum::extract::State;
use axum::routing::get;
use axum::{Json, Router};
use fastapi_extract::Query;
use lesson_background_tasks::AppState;
use lesson_support::{EventLog, Lesson, Result, Server, Tick, request_log, shared_routes};
use serde::Deserialize;
use tokio::time::sleep;
use tokio_util::task::TaskTracker;
use tracing::Instrument;

const LESSON: Lesson = Lesson {
    name: "retries",
    title: "a background task that is tried again",
    try_first: &["'{}/mail?refusals=2'", "{}/_events"],
    readme: "lessons/background-tasks/README.md",
};

#[tokio::main]
async fn main() -> Result<()> {
    let server = Server::from_args(LESSON).await?;
    let state = AppState::new(&server);
    let app = Router::new()
        .route("/mail", get(mail))
        .merge(shared_routes(LESSON))
        .layer(request_log())
        .with_state(state);
    server.serve(app).await
}

#[derive(Deserialize)]
struct Refusals {
    refusals: u32,
}

const ATTEMPTS: u32 = 3;

async fn mail(
    State(tracker): State<TaskTracker>,
    State(tick): State<Tick>,
    State(events): State<EventLog>,
    Query(Refusals { refusals }): Query<Refusals>,
) -> Json<()> {
    // Called for each attempt: a future can run only once.
    let send = move |attempt| send(attempt, refusals, events.clone());
    let task = async move {
        if let Err(error) = with_retries(tick * 1, send).await {
            tracing::error!(%error, "no mail was sent");
        }
    };
    tracker.spawn(task.in_current_span());
    Json(())
}

// ANCHOR: retries
/// Tries until it works, three times at most; the second pause is twice the first.
async fn with_retries<F>(mut pause: Duration, work: impl Fn(u32) -> F) -> io::Result<()>
where
    F: Future<Output = io::Result<()>>,
{
    for attempt in 1..ATTEMPTS {
        if work(attempt).await.is_ok() {
            return Ok(());
        }
        sleep(pause).await;
        pause *= 2;
    }
    work(ATTEMPTS).await
}
// ANCHOR_END: retries

async fn send(attempt: u32, refusals: u32, events: EventLog) -> io::Result<()> {
    events.add(format!("attempt {attempt}"));
    if attempt <= refusals {
        return Err(io::Error::other("the mail server refuses"));
    }
    events.add("sent");
    Ok(())
}
