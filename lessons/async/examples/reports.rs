//! The first exercise, solved: two reports at a time, and a 503 for the third.
//!
//! ```text
//! cargo run -p lesson-async --example reports
//! curl http://127.0.0.1:8000/report
//! ```

use std::sync::Arc;
use std::thread;

use axum::Router;
use axum::extract::{FromRef, State};
use axum::http::StatusCode;
use axum::routing::get;
use lesson_support::{ApiError, EventLog, Lesson, Result, Server, Tick, shared_routes};
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

const LESSON: Lesson = Lesson {
    name: "reports",
    title: "two reports at a time",
    try_first: &["-i {}/report"],
    readme: "lessons/async/README.md",
};

#[derive(Clone, FromRef)]
struct AppState {
    tick: Tick,
    events: EventLog,
    slots: Arc<Semaphore>,
}

#[tokio::main]
async fn main() -> Result<()> {
    let server = Server::from_args(LESSON).await?;
    let slots = Arc::new(Semaphore::new(2));
    let state = AppState { tick: server.tick(), events: server.events(), slots };
    let app = Router::new().route("/report", get(report)).merge(shared_routes(LESSON));
    server.serve(app.with_state(state)).await
}

// ANCHOR: solution
async fn report(
    State(slots): State<Arc<Semaphore>>,
    State(tick): State<Tick>,
    State(events): State<EventLog>,
) -> Result<&'static str, ApiError> {
    // `acquire_owned` would wait for a slot; this fails if none is free.
    let Ok(slot) = slots.try_acquire_owned() else {
        return Err(ApiError::from_status(StatusCode::SERVICE_UNAVAILABLE));
    };
    let work = move || {
        let _slot = slot; // taken until the report is done, even if the client leaves
        events.add("report begun");
        thread::sleep(tick * 10);
        events.add("report done");
        "a report"
    };
    Ok(spawn_blocking(work).await?)
}
// ANCHOR_END: solution
