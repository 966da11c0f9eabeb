//! The event log: what happened in a lesson, in order.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How many bytes of lines are kept: enough for any lesson, and no leak in a server that runs
/// for weeks, whatever its clients write into a line.
const KEPT_BYTES: usize = 1 << 20;

/// What a line costs besides its text.
const LINE_BYTES: usize = size_of::<String>();

/// A list of lines that makes order visible: start-up, teardown, background tasks.
///
/// `GET /_events` answers the lines as a JSON list, `DELETE /_events` empties it.
/// Each line is a line of the log too, because nobody can ask a server that has ended.
/// Cloning it is cheap, and all clones are one log.
#[derive(Clone, Debug, Default)]
pub struct EventLog {
    kept: Arc<Mutex<Kept>>,
}

#[derive(Debug, Default)]
struct Kept {
    lines: VecDeque<String>,
    bytes: usize,
}

impl EventLog {
    /// Appends a line. The oldest go when there is no more room.
    pub fn add(&self, line: impl Into<String>) {
        let line = line.into();
        tracing::info!("event: {line}");
        let mut kept = self.lock();
        kept.bytes += line.len() + LINE_BYTES;
        kept.lines.push_back(line);
        while kept.bytes > KEPT_BYTES
            && let Some(oldest) = kept.lines.pop_front()
        {
            kept.bytes -= oldest.len() + LINE_BYTES;
        }
    }

    /// All lines so far, the oldest first.
    pub fn lines(&self) -> Vec<String> {
        self.lock().lines.iter().cloned().collect()
    }

    /// Forgets all lines.
    pub fn clear(&self) {
        *self.lock() = Kept::default();
    }

    /// A list of finished lines is never half-changed, so a panic elsewhere does not spoil it.
    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clones_are_one_log_and_keep_the_order() {
        let events = EventLog::default();
        events.add("first");
        events.clone().add("second");
        assert_eq!(events.lines(), ["first", "second"]);
        events.clear();
        assert!(events.lines().is_empty());
    }

    #[test]
    fn a_panic_elsewhere_does_not_close_the_log() {
        let events = EventLog::default();
        let poisoner = events.clone();
        let panicked = std::thread::spawn(move || {
            let _lock = poisoner.kept.lock();
            panic!("while the log is locked");
        });
        assert!(panicked.join().is_err());
        events.add("still open");
        assert_eq!(events.lines(), ["still open"]);
    }

    #[test]
    fn the_oldest_lines_go_when_their_bytes_are_too_many() {
        let events = EventLog::default();
        for (length, fit) in [(60 << 10, 17), (0, KEPT_BYTES / LINE_BYTES)] {
            for number in 0..=fit {
                events.add(format!("{number}").repeat(length.max(1)));
            }
            let lines = events.lines();
            assert!(lines.len() <= fit, "{} lines", lines.len());
            assert!(lines.concat().len() <= KEPT_BYTES);
            assert!(lines[0] > "0".repeat(length), "the oldest is still there");
            events.clear();
        }
        assert_eq!(events.lock().bytes, 0);
    }
}
