//! The real program of a lesson on the current target: its log, its signals, its exit code.

use std::time::Duration;

use tokio::task::spawn_blocking;

use crate::binary::{self, Binary};
use crate::fastapi;
use crate::process::Ended;
use crate::target::Target;

/// Starts it with ticks of this length and waits until it answers requests.
pub async fn start(lesson: &str, tick: Duration, variables: &[(&str, &str)]) -> Binary {
    let (lesson, tick) = (lesson.to_owned(), tick.as_millis().to_string());
    let owned = variables.iter().map(|&(name, value)| (name.to_owned(), value.to_owned()));
    let owned: Vec<(String, String)> = owned.collect();
    let start = move || {
        let mut variables: Vec<_> = owned.iter().map(|(name, value)| (&**name, &**value)).collect();
        variables.push(("LESSON_TICK_MS", &tick));
        match Target::current() {
            Target::FastApi => fastapi::start(&lesson, &variables),
            _ => Binary::start(&lesson, &[], &variables),
        }
    };
    // A test that waits may have servers of its own.
    spawn_blocking(start).await.expect("the program starts")
}

/// Runs it to its end: a start-up that fails.
pub fn run(lesson: &str, variables: &[(&str, &str)]) -> Ended {
    let variables = [&[("LESSON_PORT", "0"), ("LESSON_TICK_MS", "20")], variables].concat();
    match Target::current() {
        Target::FastApi => fastapi::run(lesson, &variables),
        _ => binary::run(lesson, &[], &variables),
    }
}
