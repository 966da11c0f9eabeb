//! What libtest cannot say of a test: that it was skipped, and where targets differ.
//!
//! Each fact is a line of the file that `LESSON_REPORT` names; the `claims` program reads it.

use std::env;
use std::fmt::Debug;
use std::fs::OpenOptions;
use std::io::Write;
use std::thread;

use serde::{Deserialize, Serialize};

/// One line of the report file.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub enum Fact {
    /// The test was left before it tested anything.
    Skipped {
        /// Its path, `streaming::st_06_…`.
        test: String,
        /// Why.
        reason: String,
    },
    /// The test expects different answers of the two targets.
    Difference {
        /// Its path, `streaming::st_10_…`.
        test: String,
        /// What the Rust lesson answers.
        rust: String,
        /// What the FastAPI app answers.
        fastapi: String,
    },
}

impl Fact {
    /// Reads a line of the file.
    pub fn parse(line: &str) -> Option<Self> {
        serde_json::from_str(line).ok()
    }
}

/// Notes that the current test is skipped.
pub fn skipped(reason: &str) {
    println!("skipped: {reason}");
    write(&Fact::Skipped { test: current_test(), reason: reason.to_owned() });
}

/// Notes that the current test expects an intended difference.
pub(crate) fn difference(rust: &impl Debug, fastapi: &impl Debug) {
    let (rust, fastapi) = (format!("{rust:?}"), format!("{fastapi:?}"));
    write(&Fact::Difference { test: current_test(), rust, fastapi });
}

/// libtest names each test's thread after the test.
fn current_test() -> String {
    thread::current().name().unwrap_or("unknown").to_owned()
}

fn write(fact: &Fact) {
    let Ok(path) = env::var("LESSON_REPORT") else {
        return;
    };
    let line = serde_json::to_string(fact).expect("a fact is text") + "\n";
    let file = OpenOptions::new().append(true).create(true).open(&path);
    // One write: the lines of tests that run at the same time must not mix.
    file.and_then(|mut file| file.write_all(line.as_bytes()))
        .unwrap_or_else(|error| panic!("cannot write the report {path}: {error}"));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facts_are_read_as_they_are_written() {
        let test = "streaming::st_06_x".to_owned();
        let skipped = Fact::Skipped { test: test.clone(), reason: "paused\nclock".into() };
        let difference = Fact::Difference { test, rust: "404".into(), fastapi: "200".into() };
        for fact in [skipped, difference] {
            let line = serde_json::to_string(&fact).unwrap();
            assert_eq!(line.lines().count(), 1, "{line}");
            assert_eq!(Fact::parse(&line), Some(fact));
        }
        assert_eq!(Fact::parse("something else"), None);
    }
}
