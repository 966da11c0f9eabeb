//! A run of some tests of the suite in a process of its own, and what it reported.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::PathBuf;
use std::process::{Command, Output};

use crate::report::Fact;
use crate::workspace;

/// What a run left behind.
pub struct SuiteRun {
    /// What libtest printed.
    pub stdout: String,
    /// What libtest cannot say: skipped tests and intended differences, in the tests' order.
    pub facts: Vec<Fact>,
}

impl SuiteRun {
    /// Runs the tests of a module, `response_models`, with these variables of the environment
    /// and these options of libtest.
    ///
    /// # Errors
    ///
    /// When no test was run: cargo is missing, the suite does not compile, no such module.
    pub fn of(module: &str, variables: &[(&str, &str)], options: &[&str]) -> Result<Self, String> {
        let mut cargo = workspace::cargo();
        cargo.args(["test", "--quiet", "--package", "lesson-tests", "--test", "suite", "--"]);
        cargo.arg(format!("{module}::")).args(options).envs(variables.iter().copied());
        Self::by(cargo, module, |mut command| command.output())
    }

    /// Runs tests by a command of libtest's, in this way; `name` is that of the report's file.
    ///
    /// # Errors
    ///
    /// When no test was run.
    pub fn by(
        mut command: Command,
        name: &str,
        run: impl FnOnce(Command) -> io::Result<Output>,
    ) -> Result<Self, String> {
        let report = Report::create(name)?;
        command.arg("--format=pretty").env("RUST_BACKTRACE", "0");
        command.env("LESSON_REPORT", &report.0);
        let output = run(command).map_err(|e| format!("cannot run the tests of {name}: {e}"))?;
        let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
        if outcomes(&stdout).next().is_none() {
            let stderr = String::from_utf8_lossy(&output.stderr);
            return Err(format!("no test of {name} was run:\n{stderr}"));
        }
        Ok(Self { stdout, facts: report.facts()? })
    }

    /// Whether every test of the module passed.
    pub fn is_well(&self) -> bool {
        self.stdout.contains("test result: ok")
    }
}

/// Each test's path, and whether it passed.
pub fn outcomes(stdout: &str) -> impl Iterator<Item = (&str, bool)> {
    let tests = stdout.lines().filter_map(|line| line.strip_prefix("test "));
    tests
        .filter_map(|line| line.split_once(" ... "))
        .map(|(test, word)| (test, word.trim() == "ok"))
}

/// What libtest says of each test that failed. It lists them with their output, and then once
/// more by name.
pub fn failures(stdout: &str) -> BTreeMap<String, String> {
    let listed = stdout.split("\nfailures:\n").nth(1).unwrap_or_default();
    let failures = listed.split("\n---- ").filter_map(|one| one.split_once(" stdout ----\n"));
    failures.map(|(test, said)| (test.to_owned(), said.to_owned())).collect()
}

/// The file that the tests of one run write their facts to.
struct Report(PathBuf);

impl Report {
    fn create(name: &str) -> Result<Self, String> {
        let report = Self(workspace::target().join(format!("suite-run-{name}.tsv")));
        fs::write(&report.0, "").map_err(|error| report.failed(&error))?;
        Ok(report)
    }

    fn facts(&self) -> Result<Vec<Fact>, String> {
        let text = fs::read_to_string(&self.0).map_err(|error| self.failed(&error))?;
        Ok(text.lines().filter_map(Fact::parse).collect())
    }

    fn failed(&self, error: &io::Error) -> String {
        format!("{}: {error}", self.0.display())
    }
}
