//! Work that computes: on a worker, on the pool, and as much at a time as there are cores.

use axum::extract::State;
use axum::routing::get;
use axum::{Json, Router};
use fastapi_extract::Query;
use lesson_support::ApiError;
use serde::Deserialize;
use tokio::task::spawn_blocking;

use crate::AppState;
use crate::limits::Limits;

/// The section's routes.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/cpu/on-a-worker", get(on_a_worker))
        .route("/cpu/on-the-pool", get(on_the_pool))
        .route("/cpu/on-the-cores", get(on_the_cores))
}

// ANCHOR: work
/// The type is the limit: nobody can ask for more than the primes below 65,535.
#[derive(Deserialize)]
struct Work {
    below: u16,
}

fn count_primes(below: u16) -> usize {
    (2..below).filter(|&n| (2..n).all(|divisor| n % divisor != 0)).count()
}
// ANCHOR_END: work

// ANCHOR: on-a-worker
/// The trap: a loop without an `.await` blocks its thread as `thread::sleep` does.
async fn on_a_worker(Query(work): Query<Work>) -> Json<usize> {
    Json(count_primes(work.below))
}
// ANCHOR_END: on-a-worker

// ANCHOR: on-the-pool
/// Holds nobody up, until 40 of them share the cores and fill the pool.
async fn on_the_pool(Query(work): Query<Work>) -> Result<Json<usize>, ApiError> {
    let primes = spawn_blocking(move || count_primes(work.below)).await?;
    Ok(Json(primes))
}
// ANCHOR_END: on-the-pool

// ANCHOR: on-the-cores
/// Computes for as many requests at a time as there are cores. The others wait their turn.
async fn on_the_cores(
    Query(work): Query<Work>,
    State(limits): State<Limits>,
) -> Result<Json<usize>, ApiError> {
    let primes = limits.cores.run(move || count_primes(work.below)).await?;
    Ok(Json(primes))
}
// ANCHOR_END: on-the-cores
