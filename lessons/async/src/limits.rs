//! A limit for each kind of blocking work.

// ANCHOR: use
use std::sync::Arc;
use std::thread;

use axum::extract::State;
use axum::routing::get;
use axum::{Json, Router};
use lesson_support::{ApiError, Tick};
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

use crate::AppState;
// ANCHOR_END: use

/// How many requests may wait for the slow disk at a time: half of the pool.
const DISK_SLOTS: usize = 20;

/// How many reports may be written at a time.
const REPORT_SLOTS: usize = 2;

// ANCHOR: slots
/// Limits how much blocking work runs on tokio's pool at a time. All clones share the slots.
#[derive(Clone)]
pub struct Slots(Arc<Semaphore>);

impl Slots {
    /// Allows this many pieces of work at a time.
    pub fn new(slots: usize) -> Self {
        Self(Arc::new(Semaphore::new(slots)))
    }

    /// Waits for a slot, then for the work.
    ///
    /// # Errors
    ///
    /// If the work panics.
    pub async fn run<T, W>(&self, work: W) -> Result<T, ApiError>
    where
        T: Send + 'static,
        W: FnOnce() -> T + Send + 'static,
    {
        let slot = Arc::clone(&self.0).acquire_owned().await?; // holds no thread meanwhile
        let work = move || {
            let _slot = slot; // taken until the thread is done, even if the client leaves
            work()
        };
        Ok(spawn_blocking(work).await?)
    }
}
// ANCHOR_END: slots

impl Slots {
    /// Does the work if a slot is free; nothing if none is, and at once.
    ///
    /// # Errors
    ///
    /// If the work panics.
    pub async fn try_run<T, W>(&self, work: W) -> Result<Option<T>, ApiError>
    where
        T: Send + 'static,
        W: FnOnce() -> T + Send + 'static,
    {
        let Ok(slot) = Arc::clone(&self.0).try_acquire_owned() else {
            return Ok(None);
        };
        let work = move || {
            let _slot = slot; // as in `run`
            work()
        };
        Ok(Some(spawn_blocking(work).await?))
    }
}

// ANCHOR: limits
/// Each kind of work has slots of its own, so that none can take the whole pool.
#[derive(Clone)]
pub struct Limits {
    /// 20, for a slow disk.
    pub disk: Slots,
    /// One for each core, for work that computes.
    pub cores: Slots,
    /// Two, for reports: a third is refused.
    pub reports: Slots,
}
// ANCHOR_END: limits

impl Limits {
    /// The lesson's limits, with this many slots for work that computes.
    pub fn with_cores(cores: usize) -> Self {
        Self {
            disk: Slots::new(DISK_SLOTS),
            cores: Slots::new(cores),
            reports: Slots::new(REPORT_SLOTS),
        }
    }
}

/// The section's route.
pub fn router() -> Router<AppState> {
    Router::new().route("/bounded/sync", get(read_slowly))
}

// ANCHOR: bounded
async fn read_slowly(
    State(limits): State<Limits>,
    State(tick): State<Tick>,
) -> Result<Json<()>, ApiError> {
    limits.disk.run(move || thread::sleep(tick * 10)).await?;
    Ok(Json(()))
}
// ANCHOR_END: bounded
