//! The log: lines on stderr, written by a thread of their own.

use std::io::{self, BufWriter, IsTerminal, Write};
use std::iter;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;
use std::time::Duration;

use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// How many lines may wait to be written; then whoever has another one waits, too.
const LINES_AHEAD: usize = 10_000;

/// How long the end of the process waits for lines that nobody reads.
const PATIENCE: Duration = Duration::from_secs(1);

/// The log of a process.
#[derive(Clone)]
pub(crate) struct Log {
    lines: Lines,
}

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
        let lines =
            Lines::to(io::stderr(), LINES_AHEAD).map_err(|error| format!("no log: {error}"))?;
        let writer = lines.clone();
        let layer = tracing_subscriber::fmt::layer()
            .with_writer(move || writer.clone())
            .with_ansi(io::stderr().is_terminal())
            .with_target(false);
        tracing_subscriber::registry().with(filter).with(layer).init();
        Ok(Self { lines })
    }

    /// Waits until all lines so far are written, for a second at most.
    ///
    /// Without it, the last lines of a process would be lost.
    pub(crate) fn finish(&self) {
        self.lines.finish(PATIENCE);
    }
}

/// Hands lines to the thread that writes them.
///
/// Whoever reads stderr may be slow, and a thread that waits for it answers nobody.
#[derive(Clone)]
struct Lines(SyncSender<Entry>);

enum Entry {
    Line(Vec<u8>),
    /// All before it is to be written, and then the other end dropped.
    Flush(SyncSender<()>),
}

impl Lines {
    fn to(output: impl Write + Send + 'static, lines_ahead: usize) -> io::Result<Self> {
        let (sender, entries) = sync_channel(lines_ahead);
        thread::Builder::new()
            .name("log".to_owned())
            .spawn(move || write_all(&entries, BufWriter::new(output)))?;
        Ok(Self(sender))
    }

    fn finish(&self, patience: Duration) {
        let (written, is_written) = sync_channel(0);
        let lines = self.0.clone();
        // A queue that is full for ever must not hold the end: another thread waits for it.
        let asked = thread::Builder::new().spawn(move || lines.send(Entry::Flush(written)));
        if asked.is_ok() {
            // The other end is dropped, or the patience is over: it goes on either way.
            let _disconnected_or_timeout = is_written.recv_timeout(patience);
        }
    }
}

impl Write for Lines {
    /// Takes a whole line: the layer writes each with one call.
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let sent = self.0.send(Entry::Line(line.to_vec()));
        sent.map(|()| line.len()).map_err(|_| io::ErrorKind::BrokenPipe.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Writes what has come with as few calls as it can: it flushes when nothing is left.
fn write_all(entries: &Receiver<Entry>, mut output: impl Write) {
    // Where stderr is closed, there is no place to complain.
    while let Ok(entry) = entries.recv() {
        for entry in iter::once(entry).chain(entries.try_iter()) {
            match entry {
                Entry::Line(line) => drop(output.write_all(&line)),
                Entry::Flush(done) => {
                    drop(output.flush());
                    drop(done);
                }
            }
        }
        drop(output.flush());
    }
}

fn bad_filter(filter: &str) -> String {
    format!("RUST_LOG must be a list such as info,lesson_streaming=debug, not \"{filter}\"")
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

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
    fn nothing_is_lost_and_nobody_waits_while_the_queue_has_room() {
        let output = Output::default();
        let mut lines = Lines::to(output.clone(), 100).unwrap();
        let held = output.0.lock().unwrap();
        let wanted: Vec<String> = (0..100).map(|number| format!("{number}\n")).collect();
        for line in &wanted {
            lines.write_all(line.as_bytes()).unwrap();
        }
        drop(held);
        lines.finish(LONG);
        assert_eq!(String::from_utf8_lossy(&output.0.lock().unwrap()), wanted.concat());
    }

    #[test]
    fn where_the_queue_has_no_room_a_line_waits_until_it_is_taken() {
        let output = Output::default();
        let mut lines = Lines::to(output.clone(), 0).unwrap();
        for _ in 0..1000 {
            lines.write_all(b"x\n").unwrap();
        }
        lines.finish(LONG);
        assert_eq!(output.0.lock().unwrap().len(), 2000);
    }

    #[test]
    fn the_end_does_not_wait_for_an_output_that_takes_nothing() {
        let output = Output::default();
        let mut lines = Lines::to(output.clone(), 1).unwrap();
        let held = output.0.lock().unwrap();
        lines.write_all(b"lost\n").unwrap();
        lines.finish(Duration::from_millis(1));
        assert_eq!(*held, b"");
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
        let slow = BufWriter::new(Slow(output.clone()));
        let (sender, entries) = sync_channel(2);
        let (written, is_written) = sync_channel(0);
        sender.send(Entry::Line(b"the last words\n".to_vec())).unwrap();
        sender.send(Entry::Flush(written)).unwrap();
        thread::spawn(move || write_all(&entries, slow));
        is_written.recv_timeout(LONG).unwrap_err();
        assert_eq!(*output.0.lock().unwrap(), b"the last words\n");
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
        let mut lines = Lines::to(Seen(sender), 1).unwrap();
        lines.write_all(b"now\n").unwrap();
        assert_eq!(seen.recv_timeout(LONG).unwrap(), b"now\n");
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
        let mut lines = Lines::to(Closed, 1).unwrap();
        for _ in 0..2 {
            lines.write_all(b"lost\n").unwrap();
            lines.finish(LONG);
        }
    }
}
