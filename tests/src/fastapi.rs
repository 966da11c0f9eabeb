//! FastAPI apps, such as the twin of a lesson, under a real uvicorn.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::Duration;

use crate::process::{Ended, Process};
use crate::target::Target;
use crate::workspace;

/// A uvicorn that runs an app, ended when it is dropped.
pub struct Uvicorn {
    process: Process,
    base_url: String,
}

impl Uvicorn {
    /// Starts the `fastapi_app.py` of a lesson and waits until it answers requests.
    pub async fn start(lesson: &str, tick: Duration, variables: &[(&str, &str)]) -> Self {
        Self::started_by(with_settings(twin(lesson), tick, variables)).await
    }

    /// Starts the `app` of a module on a free port and waits until it answers requests.
    pub async fn start_app(folder: &Path, module: &str) -> Self {
        let mut command = uvicorn(folder, module);
        command.args(IN_TESTS);
        Self::started_by(command).await
    }

    async fn started_by(command: Command) -> Self {
        tokio::task::spawn_blocking(move || {
            let process = Process::start(command);
            let line = process.stderr_line("Uvicorn running on ");
            let url = line.split_whitespace().find(|word| word.starts_with("http://"));
            Self { base_url: url.expect("uvicorn's address").to_owned(), process }
        })
        .await
        .expect("uvicorn starts")
    }

    /// Its address: `http://127.0.0.1:54321`.
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// Waits for a line of uvicorn's log that holds `text`.
    pub fn log_line(&self, text: &str) -> String {
        self.process.stderr_line(text)
    }

    /// Waits for a line of its log of requests, which uvicorn writes to stdout.
    pub fn request_line(&self, text: &str) -> String {
        self.process.stdout_line(text)
    }

    /// Sends a signal by its name: `INT`, `TERM`.
    #[cfg(unix)]
    pub fn signal(&self, name: &str) {
        self.process.signal(name);
    }

    /// Waits for its end.
    pub fn wait(self) -> Ended {
        self.process.wait()
    }
}

/// Runs a lesson's `fastapi_app.py` to its end: a start-up that fails.
pub fn run(lesson: &str, tick: Duration, variables: &[(&str, &str)]) -> Ended {
    Process::start(with_settings(twin(lesson), tick, variables)).wait()
}

/// The `fastapi_app.py` of a lesson under uvicorn, on a free port.
pub fn twin(lesson: &str) -> Command {
    uvicorn(&workspace::lesson(lesson), "fastapi_app")
}

/// The same loop and the same parser everywhere, whatever uvicorn finds installed.
const IN_TESTS: [&str; 4] = ["--loop", "asyncio", "--http", "h11"];

fn with_settings(mut command: Command, tick: Duration, variables: &[(&str, &str)]) -> Command {
    command
        .args(IN_TESTS)
        .env("LESSON_TICK_MS", tick.as_millis().to_string())
        .envs(variables.iter().copied());
    command
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
    pip.args(["-m", "pip", "install", "--quiet", "--requirement"]).arg(requirements_file());
    workspace::succeed(pip)?;
    fs::write(installed, wanted).map_err(|e| e.to_string())
}

/// What is installed there, and in which versions.
///
/// # Errors
///
/// If the file cannot be read.
pub fn requirements() -> Result<String, String> {
    let file = requirements_file();
    fs::read_to_string(&file).map_err(|e| format!("{}: {e}", file.display()))
}

fn requirements_file() -> PathBuf {
    workspace::root().join("tests/fastapi/requirements.txt")
}

fn environment() -> PathBuf {
    workspace::target().join("fastapi")
}

/// Its Python.
pub fn python() -> PathBuf {
    let inside = if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" };
    environment().join(inside)
}
