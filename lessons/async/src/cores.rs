//! Threads for work that computes: rayon's pool, and the way there and back.

use std::sync::Arc;

use rayon::{ThreadPool, ThreadPoolBuildError, ThreadPoolBuilder};
use tokio::sync::oneshot::{self, error::RecvError};

// ANCHOR: cores
/// Threads for work that computes. All clones are one pool.
#[derive(Clone)]
pub struct Cores(Arc<ThreadPool>);

impl Cores {
    /// Starts this many threads; 0 is one a core.
    ///
    /// # Errors
    ///
    /// If a thread cannot be started.
    pub fn new(threads: usize) -> Result<Self, ThreadPoolBuildError> {
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
            // If the client has left, nobody waits for the result.
            if !sender.is_closed() {
                _ = sender.send(work());
            }
        });
        receiver.await
    }
}
// ANCHOR_END: cores
