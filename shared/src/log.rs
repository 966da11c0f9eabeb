//! The log: lines on stderr, written by a thread of their own.

use std::io::{self, IsTerminal, Write};
use std::mem::swap;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// How much may wait to be written; then whoever has another line waits, too.
const BYTES_AHEAD: usize = 1_000_000;

/// How long the lines of a busy server are gathered, to be written with one call.
const GATHER: Duration = Duration::from_millis(1);

/// How long the end of the process waits for lines that nobody reads.
const PATIENCE: Duration = Duration::from_secs(1);

/// The log of a process.
#[derive(Clone)]
pub(crate) struct Log(Arc<Lines>);

impl Log {
    /// Starts it.
    ///
    /// # Errors
    ///
    /// If `filter`, the value of `RUST_LOG`, is none, or the thread cannot be started.
    pub(crate) fn to_stderr(filter: Option<&str>) -> Result<Self, String> {
        let filter = match filter {
            Some(filter) => filter.parse().map_err(|_| bad_filter(filter))?,
            None => Targets::new().with_default(LevelFilter::INFO),
        };
        let lines = Lines::to(io::stderr(), BYTES_AHEAD);
        let lines = lines.map_err(|error| format!("no thread for the log: {error}"))?;
        let layer = tracing_subscriber::fmt::layer()
            .with_writer(Arc::clone(&lines))
            .with_ansi(io::stderr().is_terminal())
            .with_target(false);
        tracing_subscriber::registry().with(filter).with(layer).init();
        Ok(Self(lines))
    }

    /// Waits until all lines so far are written, for a second at most.
    ///
    /// Without it, the last lines of a process would be lost.
    pub(crate) fn finish(&self) {
        self.0.finish(PATIENCE);
    }
}

/// Hands lines to the thread that writes them.
///
/// Whoever reads stderr may be slow, and a thread that waits for it answers nobody. The crate
/// `tracing-appender` does the same; every lesson would compile ten more crates for it.
struct Lines {
    waiting: Mutex<Waiting>,
    bytes_ahead: usize,
    /// There is a line, and the thread that writes has nothing to do.
    came: Condvar,
    /// What waited has been taken, or has been written.
    gone: Condvar,
}

#[derive(Default)]
struct Waiting {
    lines: Vec<u8>,
    /// All that ever came is written, and the thread that writes waits for more.
    is_idle: bool,
}

impl Lines {
    fn to(output: impl Write + Send + 'static, bytes_ahead: usize) -> io::Result<Arc<Self>> {
        let lines = Arc::new(Self {
            waiting: Mutex::default(),
            bytes_ahead,
            came: Condvar::new(),
            gone: Condvar::new(),
        });
        let writer = Arc::clone(&lines);
        thread::Builder::new().name("log".to_owned()).spawn(move || writer.write_to(output))?;
        Ok(lines)
    }

    fn finish(&self, patience: Duration) {
        let is_open = |waiting: &mut Waiting| !waiting.is_idle;
        drop(self.gone.wait_timeout_while(self.lock(), patience, is_open));
    }

    /// What the thread does.
    fn write_to(&self, mut output: impl Write) {
        let mut lines = Vec::new();
        loop {
            self.take_into(&mut lines);
            // Where stderr is closed, there is no place to complain.
            drop(output.write_all(&lines));
            lines.clear();
            // Whoever has a line in this time does not need to wake anybody.
            thread::sleep(GATHER);
        }
    }

    fn take_into(&self, lines: &mut Vec<u8>) {
        let mut waiting = self.lock();
        if waiting.lines.is_empty() {
            waiting.is_idle = true;
            self.gone.notify_all();
        }
        let has_nothing = |waiting: &mut Waiting| waiting.lines.is_empty();
        let waiting = self.came.wait_while(waiting, has_nothing);
        swap(&mut waiting.unwrap_or_else(PoisonError::into_inner).lines, lines);
        self.gone.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Write for &Lines {
    /// Takes a whole line: the layer writes each with one call.
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let is_full = |waiting: &mut Waiting| waiting.lines.len() >= self.bytes_ahead;
        let waiting = self.gone.wait_while(self.lock(), is_full);
        let mut waiting = waiting.unwrap_or_else(PoisonError::into_inner);
        waiting.lines.extend_from_slice(line);
        if waiting.is_idle {
            waiting.is_idle = false;
            self.came.notify_one();
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn bad_filter(filter: &str) -> String {
    format!("RUST_LOG must be a list such as info,lesson_streaming=debug, not \"{filter}\"")
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{SyncSender, sync_channel};

    use super::*;

    /// Long enough that a test which waits for it fails.
    const LONG: Duration = Duration::from_secs(20);

    /// An output that somebody may hold up with its lock.
    #[derive(Clone, Default)]
    struct Output(Arc<Mutex<Vec<u8>>>);

    impl Write for Output {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn nothing_is_lost_and_nobody_waits_while_there_is_room() {
        let output = Output::default();
        let lines = Lines::to(output.clone(), 1000).unwrap();
        let held = output.0.lock().unwrap();
        let wanted: Vec<String> = (0..100).map(|number| format!("{number}\n")).collect();
        for line in &wanted {
            lines.as_ref().write_all(line.as_bytes()).unwrap();
        }
        drop(held);
        lines.finish(LONG);
        assert_eq!(String::from_utf8_lossy(&output.0.lock().unwrap()), wanted.concat());
    }

    #[test]
    fn where_there_is_no_room_a_line_waits_until_the_others_are_taken() {
        let output = Output::default();
        let lines = Lines::to(output.clone(), 1).unwrap();
        for _ in 0..100 {
            lines.as_ref().write_all(b"x\n").unwrap();
            let waiting = lines.lock().lines.len();
            assert!(waiting <= 2, "{waiting} bytes wait");
        }
        lines.finish(LONG);
        assert_eq!(output.0.lock().unwrap().len(), 200);
    }

    #[test]
    fn the_end_waits_for_an_output_that_takes_its_time() {
        struct Slow(Output);
        impl Write for Slow {
            fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
                thread::sleep(Duration::from_millis(20));
                self.0.write(bytes)
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let output = Output::default();
        let lines = Lines::to(Slow(output.clone()), 1000).unwrap();
        for written in 1..=3 {
            lines.as_ref().write_all(b"the last words\n").unwrap();
            lines.finish(LONG);
            assert_eq!(*output.0.lock().unwrap(), b"the last words\n".repeat(written));
        }
    }

    #[test]
    fn the_end_does_not_wait_for_an_output_that_takes_nothing() {
        let output = Output::default();
        let lines = Lines::to(output.clone(), 1000).unwrap();
        let held = output.0.lock().unwrap();
        lines.as_ref().write_all(b"lost\n").unwrap();
        lines.finish(Duration::from_millis(1));
        assert_eq!(*held, b"");
    }

    #[test]
    fn a_line_is_written_before_another_one_or_the_end_comes() {
        struct Seen(SyncSender<Vec<u8>>);
        impl Write for Seen {
            fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
                self.0.send(bytes.to_vec()).unwrap();
                Ok(bytes.len())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let (sender, seen) = sync_channel(1);
        let lines = Lines::to(Seen(sender), 1000).unwrap();
        for line in [b"one\n", b"two\n"] {
            lines.as_ref().write_all(line).unwrap();
            assert_eq!(seen.recv_timeout(LONG).unwrap(), line);
        }
    }

    #[test]
    fn a_log_without_an_output_goes_on() {
        struct Closed;
        impl Write for Closed {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(io::ErrorKind::BrokenPipe.into())
            }
            fn flush(&mut self) -> io::Result<()> {
                Err(io::ErrorKind::BrokenPipe.into())
            }
        }
        let lines = Lines::to(Closed, 1).unwrap();
        for _ in 0..2 {
            lines.as_ref().write_all(b"lost\n").unwrap();
            lines.finish(LONG);
            assert!(lines.lock().is_idle);
        }
    }
}
