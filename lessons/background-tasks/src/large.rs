//! What "after the response" means when the response is large and its reader slow.

use axum::Router;
use axum::extract::State;
use axum::routing::get;
use lesson_support::{BackgroundTasks, EventLog};

use crate::AppState;

// ANCHOR: large
/// More than the operating system buffers for a connection.
const BYTES: usize = 32 * 1024 * 1024;

async fn large(tasks: BackgroundTasks, State(events): State<EventLog>) -> Vec<u8> {
    tasks.add_task(async move { events.add("the large response is sent") });
    vec![b'x'; BYTES]
}
// ANCHOR_END: large

// ANCHOR: router
/// The section's routes.
pub fn router() -> Router<AppState> {
    Router::new().route("/large/", get(large))
}
// ANCHOR_END: router
