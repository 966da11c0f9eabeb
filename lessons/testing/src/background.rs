//! Work after the response.

use axum::extract::State;
use axum::routing::post;
use axum::{Json, Router};
use lesson_support::{EventLog, Tick};
use tokio::time::sleep;
use tokio_util::task::TaskTracker;

use crate::AppState;

// ANCHOR: background
/// The section's route.
pub fn router() -> Router<AppState> {
    Router::new().route("/background/", post(send_mail))
}

async fn send_mail(
    State(tick): State<Tick>,
    State(events): State<EventLog>,
    State(tasks): State<TaskTracker>,
) -> Json<&'static str> {
    tasks.spawn(async move {
        sleep(tick * 20).await;
        events.add("mail sent");
    });
    Json("accepted")
}
// ANCHOR_END: background
