//! Threads for work that computes: rayon's pool, and the way there and back.

use std::num::NonZero;
use std::sync::Arc;
use std::thread;

use rayon::{ThreadPool, ThreadPoolBuildError, ThreadPoolBuilder};
use tokio::sync::oneshot::{self, error::RecvError};

// ANCHOR: cores
/// Threads for work that computes, one a core. All clones are one pool.
#[derive(Clone)]
pub struct Cores(Arc<ThreadPool>);

impl Cores {
    /// Starts as many threads as there are cores.
    ///
    /// # Errors
    ///
    /// If a thread cannot be started.
    pub fn new() -> Result<Self, ThreadPoolBuildError> {
        let cores = thread::available_parallelism().map_or(1, NonZero::get);
        Self::with_threads(cores)
    }

    /// Starts this many threads.
    ///
    /// # Errors
    ///
    /// If a thread cannot be started.
    pub fn with_threads(threads: usize) -> Result<Self, ThreadPoolBuildError> {
        let pool = ThreadPoolBuilder::new()
            .num_threads(threads)
            .thread_name(|index| format!("core-{index}"))
            // Without a handler a panic in `spawn` ends the process.
            .panic_handler(|_| tracing::error!("work on a core ended in a panic"))
            .build()?;
        Ok(Self(Arc::new(pool)))
    }

    /// Runs a computation when a thread is free, and waits for its result.
    ///
    /// # Errors
    ///
    /// If it panicked.
    pub async fn run<T, W>(&self, work: W) -> Result<T, RecvError>
    where
        T: Send + 'static,
        W: FnOnce() -> T + Send + 'static,
    {
        let (sender, receiver) = oneshot::channel();
        self.0.spawn(move || {
            // Nobody waits for the result any more if the client has left.
            if !sender.is_closed() {
                _ = sender.send(work());
            }
        });
        receiver.await
    }
}
// ANCHOR_END: cores
