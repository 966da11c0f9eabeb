//! FastAPI apps, such as the twin of a lesson, under a real uvicorn.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::Duration;

use tokio::task::spawn_blocking;

use crate::binary::Binary;
use crate::process::{Ended, Process};
use crate::target::Target;
use crate::workspace;

/// Starts the `fastapi_app.py` of a lesson and waits until it answers requests.
pub fn start(lesson: &str, variables: &[(&str, &str)]) -> Binary {
    Binary::of_lesson(lesson, in_tests(twin(lesson)), variables, running)
}

/// Starts the `app` of a module on a free port and waits until it answers requests.
pub async fn start_app(folder: &Path, module: &str) -> Binary {
    let command = in_tests(uvicorn(folder, module));
    spawn_blocking(|| running(Process::start(command))).await.expect("uvicorn starts")
}

fn running(process: Process) -> Binary {
    let line = process.stderr_line("Uvicorn running on ");
    Binary::at_address_in(line, process)
}

/// Runs a lesson's `fastapi_app.py` to its end: a start-up that fails.
pub fn run(lesson: &str, variables: &[(&str, &str)]) -> Ended {
    let mut command = in_tests(twin(lesson));
    command.envs(variables.iter().copied());
    Process::start(command).wait()
}

/// The `fastapi_app.py` of a lesson under uvicorn, on a free port.
pub fn twin(lesson: &str) -> Command {
    uvicorn(&workspace::lesson(lesson), "fastapi_app")
}

/// The same loop and the same parser everywhere, whatever uvicorn finds installed.
fn in_tests(mut uvicorn: Command) -> Command {
    uvicorn.args(["--loop", "asyncio", "--http", "h11"]);
    uvicorn
}

fn uvicorn(folder: &Path, module: &str) -> Command {
    let mut command = Command::new(python());
    command
        .args(["-m", "uvicorn", &format!("{module}:app"), "--port", "0", "--app-dir"])
        .arg(folder)
        .env("PYTHONDONTWRITEBYTECODE", "1");
    command
}

/// The tests of a lesson's `test_fastapi_app.py`, run by pytest once, when the first is asked for.
pub struct Pytest {
    lesson: &'static str,
    verdicts: OnceLock<Vec<String>>,
}

impl Pytest {
    /// Of this lesson.
    pub const fn of(lesson: &'static str) -> Self {
        Self { lesson, verdicts: OnceLock::new() }
    }

    /// Asserts that there are tests named after this claim, `de_49`, and that all passed.
    pub fn assert_passed(&self, claim: &str) {
        crate::fastapi_only!("runs pytest");
        let verdicts = self.verdicts.get_or_init(|| pytest(self.lesson, Target::current().tick()));
        let name = format!("::test_{claim}_");
        let named: Vec<&String> = verdicts.iter().filter(|line| line.contains(&name)).collect();
        assert!(!named.is_empty(), "pytest has no test for {claim}");
        assert!(named.iter().all(|line| line.starts_with("PASSED ")), "{named:#?}");
    }
}

/// A line a test: `PASSED …::test_…`.
fn pytest(lesson: &str, tick: Duration) -> Vec<String> {
    let output = Command::new(python())
        .args(["-m", "pytest", "-p", "no:cacheprovider", "--quiet", "-rA", "--tb=short"])
        .arg(workspace::lesson(lesson))
        .env("LESSON_TICK_MS", tick.as_millis().to_string())
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .output()
        .expect("pytest runs");
    let output = String::from_utf8_lossy(&output.stdout);
    println!("{output}");
    let (_, summary) = output.rsplit_once("short test summary info").expect("a summary");
    summary.lines().filter(|line| line.contains("::test_")).map(str::to_owned).collect()
}

/// What is installed in it, seen from the workspace's root.
const REQUIREMENTS: &str = "tests/fastapi/requirements.txt";

/// Makes the virtual environment, or brings it up to date with `requirements.txt`.
///
/// # Errors
///
/// If there is no Python with `venv`, or a package cannot be had.
pub fn prepare() -> Result<(), String> {
    let wanted = requirements()?;
    let installed = environment().join("installed.txt");
    if fs::read_to_string(&installed).is_ok_and(|text| text == wanted) {
        return Ok(());
    }
    let mut venv = Command::new(if cfg!(windows) { "python" } else { "python3" });
    venv.args(["-m", "venv", "--clear"]).arg(environment());
    workspace::succeed(venv)?;
    let mut pip = Command::new(python());
    pip.args(["-m", "pip", "install", "--quiet", "--requirement"])
        .arg(workspace::root().join(REQUIREMENTS));
    workspace::succeed(pip)?;
    fs::write(installed, wanted).map_err(|e| e.to_string())
}

/// What is installed there, and in which versions.
///
/// # Errors
///
/// If the file cannot be read.
pub fn requirements() -> Result<String, String> {
    fs::read_to_string(workspace::root().join(REQUIREMENTS))
        .map_err(|error| format!("{REQUIREMENTS}: {error}"))
}

fn environment() -> PathBuf {
    workspace::target().join("fastapi")
}

/// Its Python.
pub fn python() -> PathBuf {
    let inside = if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" };
    environment().join(inside)
}
