//! The exercise's solution: a background task that is tried again.
//!
//! ```text
//! cargo run -p lesson-background-tasks --example retries
//! curl 'http://127.0.0.1:8000/mail?refusals=2'
//! ```

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use axum::extract::{FromRef, State};
use axum::middleware::from_fn_with_state;
use axum::routing::get;
use axum::{Json, Router};
use fastapi_extract::Query;
use lesson_support::{
    AfterResponse, ApiError, BackgroundTasks, EventLog, Lesson, Result, Server, Tick,
    request_scope, shared_routes,
};
use serde::Deserialize;
use tokio::time::sleep;

const LESSON: Lesson = Lesson {
    name: "retries",
    title: "a background task that is tried again",
    try_first: &["'{}/mail?refusals=2'", "{}/_events"],
    readme: "lessons/background-tasks/README.md",
};

#[tokio::main]
async fn main() -> Result<()> {
    let server = Server::from_args(LESSON).await?;
    let after = server.after_response();
    let state = AppState { tick: server.tick(), events: server.events(), after };
    let app = Router::new()
        .route("/mail", get(mail))
        .layer(from_fn_with_state(state.clone(), request_scope))
        .merge(shared_routes(LESSON))
        .with_state(state);
    server.serve(app).await
}

#[derive(Clone, FromRef)]
struct AppState {
    tick: Tick,
    events: EventLog,
    after: AfterResponse,
}

#[derive(Deserialize)]
struct Refusals {
    refusals: u32,
}

// ANCHOR: solution
const ATTEMPTS: u32 = 3;

/// Tries until it works, at most so many times; each pause is twice the one before it.
async fn with_retries<F>(
    attempts: u32,
    mut pause: Duration,
    work: impl Fn() -> F,
) -> Result<(), ApiError>
where
    F: Future<Output = Result<(), ApiError>>,
{
    for _ in 1..attempts {
        if work().await.is_ok() {
            return Ok(());
        }
        sleep(pause).await;
        pause *= 2;
    }
    // The last error is the list's: it is logged, and the rest of the list dropped.
    work().await
}

async fn mail(
    tasks: BackgroundTasks,
    Query(Refusals { refusals }): Query<Refusals>,
    State(tick): State<Tick>,
    State(events): State<EventLog>,
) -> Json<()> {
    let attempts = Arc::new(AtomicU32::new(0));
    let send = move || {
        // Each attempt is a future of its own and takes its own clones along.
        let (attempts, events) = (Arc::clone(&attempts), events.clone());
        async move {
            let attempt = attempts.fetch_add(1, Ordering::Relaxed) + 1;
            events.add(format!("attempt {attempt}"));
            if attempt <= refusals {
                return Err(ApiError::unexpected("the mail server refuses"));
            }
            events.add("sent");
            Ok(())
        }
    };
    tasks.add_task(with_retries(ATTEMPTS, tick * 1, send));
    Json(())
}
// ANCHOR_END: solution
