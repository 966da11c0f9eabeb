//! Which steps are green.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::claim_id::ClaimId;
use crate::curl::Sent;
use crate::learn::children;
use crate::learn::steps::{Exercise, Step};
use crate::report::Fact;
use crate::suite_run::{SuiteRun, failures, outcomes};
use crate::workspace;

/// What a step's tests say: nothing if all pass.
pub type Verdict = Vec<Failure>;

/// A test that failed.
#[derive(Debug, PartialEq)]
pub struct Failure {
    /// The claim that it's named after.
    pub claim: Option<ClaimId>,
    /// Its own sentence.
    pub sentence: String,
    /// The last request that it sent, as a line of shell.
    pub curl: Option<String>,
    /// What it says.
    pub message: String,
}

/// The compiled suite.
pub struct Checker {
    suite: PathBuf,
}

impl Checker {
    /// The suite at this path.
    pub fn new(suite: PathBuf) -> Self {
        Self { suite }
    }

    /// The verdicts on some steps, in their order.
    ///
    /// # Errors
    ///
    /// If the tests can't be run.
    pub fn check(
        &self,
        exercise: &Exercise,
        program: &Path,
        steps: &[Step],
    ) -> Result<Vec<Verdict>, String> {
        match exercise.is_reversed() {
            true => steps.iter().map(|step| notices(exercise, program, step)).collect(),
            false => self.passes(exercise, program, steps),
        }
    }

    fn passes(
        &self,
        exercise: &Exercise,
        program: &Path,
        steps: &[Step],
    ) -> Result<Vec<Verdict>, String> {
        let path = |test: &String| exercise.test(test);
        let mut suite = libtest(&self.suite, &workspace::root().join("tests"));
        suite.arg("--exact").args(steps.iter().flat_map(|step| &step.tests).map(path));
        suite.arg("--test-threads=8");
        suite.env("LESSON_TARGET", format!("program:{}", program.display()));
        let run = run(suite, exercise)?;
        if let Some(Fact::Skipped { test, reason }) =
            run.facts.iter().find(|fact| matches!(fact, Fact::Skipped { .. }))
        {
            return Err(format!("{test} was skipped: {reason}"));
        }
        let passed: BTreeMap<&str, bool> = outcomes(&run.stdout).collect();
        let said = failures(&run.stdout);
        let verdict = |step: &Step| {
            let failed =
                step.tests.iter().map(path).filter(|test| passed.get(&**test) != Some(&true));
            failed
                .map(|test| Failure::of(&test, said.get(&test).map_or("", String::as_str)))
                .collect()
        };
        Ok(steps.iter().map(verdict).collect())
    }
}

/// The learner's tests must pass, and must not when the app has the step's fault.
fn notices(exercise: &Exercise, tests: &Path, step: &Step) -> Result<Verdict, String> {
    let folder = workspace::lesson(&exercise.lesson);
    let run = |fault: Option<&String>| {
        let mut command = libtest(tests, &folder);
        command.envs(fault.map(|fault| ("LESSON_FAULT", fault)));
        run(command, exercise)
    };
    let well = run(None)?;
    if !well.is_well() {
        let failed = failures(&well.stdout);
        return Ok(failed.iter().map(|(test, said)| Failure::of(test, said)).collect());
    }
    let unnoticed = || Failure {
        claim: step.claim.as_deref().and_then(ClaimId::parse),
        sentence: step.title.clone(),
        curl: None,
        message: format!("none of your tests notices it: {}", step.red),
    };
    let noticed = run(step.fault.as_ref()).map(|run| !run.is_well())?;
    Ok((!noticed).then(unnoticed).into_iter().collect())
}

fn libtest(program: &Path, folder: &Path) -> Command {
    let mut command = crate::binary::without_settings(Command::new(program));
    command.current_dir(folder);
    command
}

fn run(command: Command, exercise: &Exercise) -> Result<SuiteRun, String> {
    // A handler that never answers must not keep the learner waiting for ever.
    let limit = Duration::from_secs(60);
    let run = |command| children::output(command, limit);
    SuiteRun::by(command, &format!("learn-{}", exercise.lesson), run)
}

impl Failure {
    fn of(test: &str, said: &str) -> Self {
        let (claim, sentence) = match ClaimId::of_test(test) {
            Some((claim, sentence)) => (Some(claim), sentence),
            None => (None, test.replace('_', " ")),
        };
        let curl = said
            .lines()
            .rev()
            .filter_map(Sent::parse)
            .find(|sent| !["/ping", "/_events"].contains(&sent.path));
        let panic = said.split_once("panicked at ").map_or("", |(_, panic)| panic);
        // What stands before it is the place in the suite.
        let message = panic.split_once(":\n").map_or(said, |(_, message)| message);
        let message = message.lines().take_while(|line| !line.starts_with("note: run with"));
        Self {
            claim,
            sentence,
            curl: curl.map(|sent| sent.curl.to_owned()),
            message: message.collect::<Vec<_>>().join("\n").trim().to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_is_read_from_what_libtest_says() {
        let said = "curl -iN http://127.0.0.1:1/text/ -> 501 Not Implemented\n\
            curl -iN http://127.0.0.1:1/_events -> 200 OK\n\n\
            thread 'streaming::text::st_01_a' (7) panicked at suite/streaming/text.rs:25:5:\n\
            assertion `left == right` failed\n  left: 501\n right: 200\n\
            note: run with `RUST_BACKTRACE=1` environment variable to display a backtrace\n";
        let failure = Failure::of("streaming::text::st_01_each_piece", said);
        assert_eq!(
            failure,
            Failure {
                claim: ClaimId::parse("ST-1"),
                sentence: "each piece".to_owned(),
                curl: Some("curl -iN http://127.0.0.1:1/text/".to_owned()),
                message: "assertion `left == right` failed\n  left: 501\n right: 200".to_owned(),
            }
        );
    }
}
