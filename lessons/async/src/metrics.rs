//! What the runtime counts of its workers.

use axum::routing::get;
use axum::{Json, Router};
use serde::Serialize;
use tokio::runtime::Handle;

use crate::AppState;

/// The section's route.
pub fn router() -> Router<AppState> {
    Router::new().route("/watch/metrics", get(metrics))
}

// ANCHOR: metrics
#[derive(Serialize)]
struct Metrics {
    workers: usize,
    /// Tasks that have started and not ended; most of them are connections.
    alive_tasks: usize,
    /// How long each worker has been running tasks since the start.
    busy_ms: Vec<u128>,
    /// How often each worker had nothing to do and went to sleep.
    parks: Vec<u64>,
}

async fn metrics() -> Json<Metrics> {
    let metrics = Handle::current().metrics();
    let workers = metrics.num_workers();
    let busy = (0..workers).map(|worker| metrics.worker_total_busy_duration(worker).as_millis());
    let parks = (0..workers).map(|worker| metrics.worker_park_count(worker));
    Json(Metrics {
        workers,
        alive_tasks: metrics.num_alive_tasks(),
        busy_ms: busy.collect(),
        parks: parks.collect(),
    })
}
// ANCHOR_END: metrics
