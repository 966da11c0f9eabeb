//! A client that leaves while the handler works.

use axum::extract::State;
use axum::middleware::from_fn_with_state;
use axum::routing::get;
use axum::{Json, Router};
use lesson_support::{BackgroundTasks, EventLog, Tick, request_scope, run_to_the_end};
use tokio::time::sleep;

use crate::AppState;
use crate::shared::Held;

// ANCHOR: router
/// The section's routes: one handler, as axum runs it and run to its end.
pub fn router(state: &AppState) -> Router<AppState> {
    let list = from_fn_with_state(state.clone(), request_scope);
    // The first is the outermost. The list must end with the handler, not with the client.
    let to_the_end = (from_fn_with_state(state.clone(), run_to_the_end), list.clone());
    Router::new()
        .route("/leaving/dropped", get(slow).route_layer(list))
        .route("/leaving/to-the-end", get(slow).route_layer(to_the_end))
}
// ANCHOR_END: router

// ANCHOR: slow
async fn slow(
    _: Held,
    tasks: BackgroundTasks,
    State(tick): State<Tick>,
    State(events): State<EventLog>,
) -> Json<&'static str> {
    let log = events.clone();
    tasks.add_task(async move { log.add("task done") });
    events.add("handler begun");
    sleep(tick * 10).await;
    events.add("handler finished");
    Json("queued")
}
// ANCHOR_END: slow
