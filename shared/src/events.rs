//! The event log: what happened in a lesson, in order.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, Router};

/// How many lines are kept: enough for any lesson, and no leak in a server that runs for weeks.
const KEPT_LINES: usize = 10_000;

/// A list of lines that makes order visible: start-up, teardown, background tasks.
///
/// `GET /_events` answers the lines as a JSON list, `DELETE /_events` empties it.
/// Each line is a line of the log too, because nobody can ask a server that has ended.
/// Cloning it is cheap, and all clones are one log.
#[derive(Clone, Debug, Default)]
pub struct EventLog {
    lines: Arc<Mutex<VecDeque<String>>>,
}

impl EventLog {
    /// Appends a line.
    pub fn add(&self, line: impl Into<String>) {
        let line = line.into();
        tracing::info!("event: {line}");
        let mut lines = self.lock();
        if lines.len() == KEPT_LINES {
            lines.pop_front();
        }
        lines.push_back(line);
    }

    /// All lines so far, the oldest first.
    pub fn lines(&self) -> Vec<String> {
        self.lock().iter().cloned().collect()
    }

    /// Forgets all lines.
    pub fn clear(&self) {
        self.lock().clear();
    }

    /// The routes `GET /_events` and `DELETE /_events`.
    pub(crate) fn router(self) -> Router {
        Router::new().route("/_events", get(list_events).delete(clear_events)).with_state(self)
    }

    /// A list of finished lines is never half-changed, so a panic elsewhere does not spoil it.
    fn lock(&self) -> MutexGuard<'_, VecDeque<String>> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn list_events(State(events): State<EventLog>) -> Json<Vec<String>> {
    Json(events.lines())
}

async fn clear_events(State(events): State<EventLog>) -> StatusCode {
    events.clear();
    StatusCode::NO_CONTENT
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
            let _lock = poisoner.lines.lock();
            panic!("while the log is locked");
        });
        assert!(panicked.join().is_err());
        events.add("still open");
        assert_eq!(events.lines(), ["still open"]);
    }

    #[test]
    fn the_oldest_lines_go_when_the_log_is_full() {
        let events = EventLog::default();
        for number in 0..=KEPT_LINES {
            events.add(number.to_string());
        }
        let lines = events.lines();
        assert_eq!(lines.len(), KEPT_LINES);
        assert_eq!(lines[0], "1");
    }
}
