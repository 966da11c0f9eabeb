//! What libtest cannot say of a test: that it was skipped, and where targets differ.
//!
//! Each fact is a line of the file that `LESSON_REPORT` names; the `claims` program reads it.

use std::env;
use std::fmt::Debug;
use std::fs::OpenOptions;
use std::io::Write;
use std::thread;

/// One line of the report file.
#[derive(Clone, Debug, PartialEq)]
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
        let mut fields = line.split('\t').map(str::to_owned);
        let (kind, test) = (fields.next()?, fields.next()?);
        match (kind.as_str(), fields.next()?, fields.next()) {
            ("skipped", reason, None) => Some(Self::Skipped { test, reason }),
            ("difference", rust, Some(fastapi)) => Some(Self::Difference { test, rust, fastapi }),
            _ => None,
        }
    }
}

/// Notes that the current test is skipped.
pub fn skipped(reason: &str) {
    println!("skipped: {reason}");
    write(&["skipped", &current_test(), reason]);
}

/// Notes that the current test expects an intended difference.
pub(crate) fn difference(rust: &impl Debug, fastapi: &impl Debug) {
    write(&["difference", &current_test(), &format!("{rust:?}"), &format!("{fastapi:?}")]);
}

/// libtest names each test's thread after the test.
fn current_test() -> String {
    thread::current().name().unwrap_or("unknown").to_owned()
}

fn write(fields: &[&str]) {
    let Ok(path) = env::var("LESSON_REPORT") else {
        return;
    };
    let line = fields.join("\t") + "\n";
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
        assert_eq!(
            Fact::parse("skipped\tstreaming::st_06_x\tpaused clock"),
            Some(Fact::Skipped {
                test: "streaming::st_06_x".into(),
                reason: "paused clock".into()
            })
        );
        assert_eq!(
            Fact::parse("difference\tstreaming::st_10_x\t404\t200"),
            Some(Fact::Difference {
                test: "streaming::st_10_x".into(),
                rust: "404".into(),
                fastapi: "200".into()
            })
        );
        assert_eq!(Fact::parse("difference\tstreaming::st_10_x\t404"), None);
        assert_eq!(Fact::parse("something else"), None);
    }
}
