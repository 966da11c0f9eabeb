//! The real program of either side, and the order of its log.

use std::time::Duration;

use lesson_tests::process::Ended;
use lesson_tests::{Binary, program};

/// The log lines whose order matters.
const MARKS: [&str; 8] = [
    "items filled",
    "model loaded",
    "connection opened",
    "slow prediction done",
    "connection closed",
    "model cleared",
    "shutdown noted",
    "never seen",
];

/// What each side logs when it's told to stop.
const STOPPING: [&str; 2] = [" stopping; ", "Shutting down"];

/// The lesson's program with ticks of this many milliseconds.
pub async fn start_program(tick_ms: u64, variables: &[(&str, &str)]) -> Binary {
    program::start("lifespan", Duration::from_millis(tick_ms), variables).await
}

/// The events in a log, in order, with `told to stop` among them.
pub fn events(log: &str) -> Vec<&str> {
    let mark = |line: &str| {
        let stopping = STOPPING.iter().any(|words| line.contains(words));
        if stopping { Some("told to stop") } else { MARKS.into_iter().find(|m| line.ends_with(m)) }
    };
    log.lines().filter_map(mark).collect()
}

/// Shows the log, too, where it isn't the expected one.
#[track_caller]
pub fn assert_code(ended: &Ended, code: Option<i32>) {
    let words = |code: Option<i32>| match code {
        Some(code) => format!("exit code {code}"),
        None => "ended by a signal".to_owned(),
    };
    // What libtest says of this failure ends with such a note, and so would what a learner reads.
    let log = ended.stderr.replace("note: run with", "note: with");
    assert_eq!(words(ended.code), words(code), "how it ended\n{log}");
}
