//! The log: lines on stderr, written by a thread of their own.

use std::io::{self, BufWriter, IsTerminal};
use std::sync::{Arc, Mutex, PoisonError};

use tracing_appender::non_blocking::{NonBlockingBuilder, WorkerGuard};
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// How many lines may wait to be written; then whoever has another one waits, too.
const LINES_AHEAD: usize = 10_000;

/// The log of a process. The first clone that is dropped ends it.
///
/// Whoever reads stderr may be slow, and a thread that waits for it answers nobody. So the
/// lines are handed to another thread, which writes all that have come at once.
#[derive(Clone)]
pub(crate) struct Log(Arc<Mutex<Option<WorkerGuard>>>);

impl Log {
    /// Starts it.
    ///
    /// # Errors
    ///
    /// If `filter`, the value of `RUST_LOG`, is none.
    pub(crate) fn to_stderr(filter: Option<&str>) -> Result<Self, String> {
        let filter = match filter {
            Some(filter) => filter.parse().map_err(|_| bad_filter(filter))?,
            None => Targets::new().with_default(LevelFilter::INFO),
        };
        let (writer, guard) = NonBlockingBuilder::default()
            .thread_name("log")
            .buffered_lines_limit(LINES_AHEAD)
            .lossy(false)
            .finish(BufWriter::new(io::stderr()));
        let layer = tracing_subscriber::fmt::layer()
            .with_writer(writer)
            .with_ansi(io::stderr().is_terminal())
            .with_target(false);
        tracing_subscriber::registry().with(filter).with(layer).init();
        Ok(Self(Arc::new(Mutex::new(Some(guard)))))
    }
}

impl Drop for Log {
    /// Waits until all lines are written, for a second at most.
    fn drop(&mut self) {
        drop(self.0.lock().unwrap_or_else(PoisonError::into_inner).take());
    }
}

fn bad_filter(filter: &str) -> String {
    format!("RUST_LOG must be a list such as info,lesson_streaming=debug, not \"{filter}\"")
}
