//! A run of one module of the suite in a process of its own, and what it reported.

use std::fs;

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
        let report = workspace::target().join(format!("suite-run-{module}.tsv"));
        let shown = report.display().to_string();
        fs::write(&report, "").map_err(|e| format!("{shown}: {e}"))?;
        let output = workspace::cargo()
            .args(["test", "--quiet", "--package", "lesson-tests", "--test", "suite", "--"])
            .args([&format!("{module}::"), "--format=pretty"])
            .args(options)
            .env("RUST_BACKTRACE", "0")
            .env("LESSON_REPORT", &shown)
            .envs(variables.iter().copied())
            .output()
            .map_err(|e| format!("cannot run cargo: {e}"))?;
        let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
        if !stdout.contains(&format!("{module}::")) {
            let stderr = String::from_utf8_lossy(&output.stderr);
            return Err(format!("no test of {module} was run:\n{stderr}"));
        }
        let facts = fs::read_to_string(&report).map_err(|e| format!("{shown}: {e}"))?;
        Ok(Self { stdout, facts: facts.lines().filter_map(Fact::parse).collect() })
    }

    /// Whether every test of the module passed.
    pub fn is_well(&self) -> bool {
        self.stdout.contains("test result: ok")
    }
}
