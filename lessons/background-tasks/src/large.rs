//! A large response with a slow reader: when is it sent?

use std::sync::LazyLock;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::routing::get;
use lesson_support::{BackgroundTasks, EventLog};

use crate::AppState;

// ANCHOR: large
/// More than the operating system buffers for a connection; a clone of it is a pointer.
static LARGE: LazyLock<Bytes> = LazyLock::new(|| vec![b'x'; 32 * 1024 * 1024].into());

async fn large(tasks: BackgroundTasks, State(events): State<EventLog>) -> Bytes {
    tasks.add_task(async move { events.add("the large response is sent") });
    LARGE.clone()
}
// ANCHOR_END: large

/// The section's routes.
pub fn router() -> Router<AppState> {
    Router::new().route("/large/", get(large))
}
