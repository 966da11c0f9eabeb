//! Work that computes: on a worker, on the pool, and on as many threads as there are cores.

use axum::extract::State;
use axum::routing::get;
use axum::{Json, Router};
use fastapi_extract::Query;
use lesson_support::ApiError;
use serde::Deserialize;
use tokio::task::spawn_blocking;

use crate::AppState;
use crate::cores::Cores;

/// The section's routes.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/cpu/on-a-worker", get(on_a_worker))
        .route("/cpu/on-the-pool", get(on_the_pool))
        .route("/cpu/on-the-cores", get(on_the_cores))
}

// ANCHOR: work
/// The type is the limit: 65,535 numbers are all that a client can ask for.
#[derive(Deserialize)]
struct Work {
    below: u16,
}

/// How many primes there are below a number, the slow way.
fn count_primes(below: u16) -> usize {
    (2..below).filter(|&n| (2..n).all(|divisor| n % divisor != 0)).count()
}
// ANCHOR_END: work

// ANCHOR: three
/// The pitfall: a loop without an `await` blocks as well as `thread::sleep` does.
async fn on_a_worker(Query(work): Query<Work>) -> Json<usize> {
    Json(count_primes(work.below))
}

/// Holds nobody up, until 40 of them take all the cores and the whole pool.
async fn on_the_pool(Query(work): Query<Work>) -> Result<Json<usize>, ApiError> {
    let primes = spawn_blocking(move || count_primes(work.below)).await?;
    Ok(Json(primes))
}

/// Runs at most as many at a time as there are cores; the others wait in a queue.
async fn on_the_cores(
    Query(work): Query<Work>,
    State(cores): State<Cores>,
) -> Result<Json<usize>, ApiError> {
    let primes = cores.run(move || count_primes(work.below)).await?;
    Ok(Json(primes))
}
// ANCHOR_END: three
