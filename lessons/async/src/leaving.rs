//! What becomes of the work when its client leaves.

// ANCHOR: use
use std::thread;

use axum::extract::State;
use axum::routing::get;
use axum::{Json, Router};
use lesson_support::{ApiError, EventLog, Tick};
use scopeguard::{ScopeGuard, guard};
use tokio::task::spawn_blocking;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::Instrument;
// ANCHOR_END: use

use crate::AppState;

/// The section's routes.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/leaving/async", get(awaits))
        .route("/leaving/spawned", get(spawns))
        .route("/leaving/sync", get(blocks_a_thread))
        .route("/leaving/sync-that-asks", get(blocks_a_thread_that_asks))
}

// ANCHOR: async
async fn wait(name: &str, tick: Tick, events: EventLog) {
    events.add(format!("{name} work begun"));
    let unfinished = guard((), |()| events.add(format!("{name} work dropped")));
    sleep(tick * 10).await; // if the client leaves, this is as far as it gets
    ScopeGuard::into_inner(unfinished); // disarms the guard
    events.add(format!("{name} work finished"));
}

async fn awaits(State(tick): State<Tick>, State(events): State<EventLog>) -> Json<()> {
    wait("async", tick, events).await;
    Json(())
}
// ANCHOR_END: async

// ANCHOR: spawned
async fn spawns(
    State(tasks): State<TaskTracker>,
    State(tick): State<Tick>,
    State(events): State<EventLog>,
) -> Result<Json<()>, ApiError> {
    let work = wait("spawned", tick, events);
    tasks.spawn(work.in_current_span()).await?; // only this waiting ends with the handler
    Ok(Json(()))
}
// ANCHOR_END: spawned

// ANCHOR: sync
async fn blocks_a_thread(
    State(tick): State<Tick>,
    State(events): State<EventLog>,
) -> Result<Json<()>, ApiError> {
    let work = move || {
        events.add("sync work begun");
        thread::sleep(tick * 10); // nothing ends this from outside
        events.add("sync work finished");
    };
    spawn_blocking(work).await?;
    Ok(Json(()))
}
// ANCHOR_END: sync

// ANCHOR: asks
async fn blocks_a_thread_that_asks(
    State(tick): State<Tick>,
    State(events): State<EventLog>,
) -> Result<Json<()>, ApiError> {
    let client_left = CancellationToken::new();
    let _guard = client_left.clone().drop_guard(); // cancels it when the handler is dropped
    let work = move || {
        events.add("sync-that-asks work begun");
        for _step in 0..10 {
            if client_left.is_cancelled() {
                events.add("sync-that-asks work dropped");
                return;
            }
            thread::sleep(tick * 1);
        }
        events.add("sync-that-asks work finished");
    };
    spawn_blocking(work).await?;
    Ok(Json(()))
}
// ANCHOR_END: asks
