//! What happens to the work when its client leaves.

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

use crate::AppState;

/// The section's routes.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/leaving/async", get(awaits))
        .route("/leaving/spawned", get(spawns))
        .route("/leaving/sync", get(on_the_pool))
        .route("/leaving/sync-that-asks", get(on_the_pool_and_asks))
}

// ANCHOR: async
async fn awaits(State(tick): State<Tick>, State(events): State<EventLog>) -> Json<()> {
    wait("async", tick, events).await;
    Json(())
}

/// The cure if the work must be finished: a task of its own goes on without the handler. It is
/// on the tracker that the shutdown waits for.
async fn spawns(
    State(tasks): State<TaskTracker>,
    State(tick): State<Tick>,
    State(events): State<EventLog>,
) -> Result<Json<()>, ApiError> {
    tasks.spawn(wait("spawned", tick, events).in_current_span()).await?;
    Ok(Json(()))
}

async fn wait(name: &str, tick: Tick, events: EventLog) {
    events.add(format!("{name} work begun"));
    // Dropped at the `await` if the handler is dropped there.
    let unfinished = guard((), |()| events.add(format!("{name} work dropped")));
    sleep(tick * 10).await;
    // Disarms the guard.
    ScopeGuard::into_inner(unfinished);
    events.add(format!("{name} work finished"));
}
// ANCHOR_END: async

// ANCHOR: sync
/// Nothing stops a thread from outside: it goes on without its client, until the process ends.
async fn on_the_pool(
    State(tick): State<Tick>,
    State(events): State<EventLog>,
) -> Result<Json<()>, ApiError> {
    let work = move || {
        events.add("sync work begun");
        thread::sleep(tick * 10);
        events.add("sync work finished");
    };
    spawn_blocking(work).await?;
    Ok(Json(()))
}

/// The cure: ten short steps, and before each the thread asks whether anybody still waits.
async fn on_the_pool_and_asks(
    State(tick): State<Tick>,
    State(events): State<EventLog>,
) -> Result<Json<()>, ApiError> {
    let client_left = CancellationToken::new();
    // Cancels the token when the handler is dropped.
    let _guard = client_left.clone().drop_guard();
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
// ANCHOR_END: sync
