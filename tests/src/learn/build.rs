//! The learner's file compiled, and their program started.

use std::fs::{self, File};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::sync::mpsc::Receiver;
use std::time::Duration;

use serde_json::Value;

use crate::binary::without_settings;
use crate::database::TestDatabase;
use crate::learn::children;
use crate::learn::source;
use crate::learn::steps::{Exercise, shown};
use crate::process::lines;
use crate::workspace;

/// What cargo made.
pub struct Built {
    /// The program, or the tests.
    pub program: PathBuf,
    /// Warnings.
    pub said: String,
}

/// Compiles a learner's file, and says what cargo says.
///
/// # Errors
///
/// If it can't be read, or doesn't compile.
pub fn mine(exercise: &Exercise, file: &Path, color: bool) -> Result<Built, String> {
    let failed = |error| format!("{}: {error}", file.display());
    let text = fs::read_to_string(file).map_err(failed)?;
    let copy = workspace::target().join(format!("learn-{}.rs", exercise.lesson));
    fs::write(&copy, source::includable(&text)).map_err(failed)?;
    let target = format!("{}_mine", exercise.module());
    let mut cargo = workspace::cargo();
    match exercise.is_reversed() {
        true => cargo.args(["test", "--no-run", "--test", &target]),
        false => cargo.args(["build", "--example", &target]),
    };
    // With the suite beside it, so that no dependency is compiled a second time for it.
    cargo.args(["--package", "lesson-tests", "--package", &format!("lesson-{}", exercise.lesson)]);
    cargo.args(["--color", if color { "always" } else { "never" }]);
    cargo.env("LESSON_EXERCISE", &copy);
    let named = |said: String| said.replace(&*copy.to_string_lossy(), &shown(file));
    let built = executable(cargo, &target).map_err(named)?;
    Ok(Built { said: named(built.said), ..built })
}

/// Compiles the suite.
///
/// # Errors
///
/// If it doesn't compile.
pub fn suite() -> Result<PathBuf, String> {
    let mut cargo = workspace::cargo();
    cargo.args(["test", "--no-run", "--package", "lesson-tests", "--test", "suite"]);
    Ok(executable(cargo, "suite")?.program)
}

fn executable(mut cargo: Command, target: &str) -> Result<Built, String> {
    cargo.args(["--quiet", "--message-format=json-render-diagnostics"]);
    let output = children::output(cargo, Duration::from_secs(3600))
        .map_err(|error| format!("cannot run cargo: {error}"))?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let messages = String::from_utf8_lossy(&output.stdout).into_owned();
    let messages = messages.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let mut made = messages.filter(|message| message["target"]["name"] == target);
    let program = made.find_map(|message| message["executable"].as_str().map(PathBuf::from));
    match program.filter(|_| output.status.success()) {
        Some(program) => Ok(Built { program, said }),
        None => Err(said),
    }
}

/// The learner's program, to be asked by hand. It ends when this is dropped.
pub struct Running {
    /// `http://127.0.0.1:8000`, unless that port is taken.
    pub url: String,
    child: Option<Child>,
    stdout: Receiver<String>,
    /// Dropped after the program that uses it.
    _database: TestDatabase,
}

impl Running {
    /// Starts it and waits until it listens. Its log goes to a file.
    ///
    /// # Errors
    ///
    /// If it doesn't say that it listens.
    pub fn start(exercise: &Exercise, program: &Path) -> Result<Self, String> {
        const PATIENCE: Duration = Duration::from_secs(10);
        let log = log(exercise);
        let cannot = |error| format!("cannot start your program: {error}");
        let database = TestDatabase::create();
        let mut command = without_settings(Command::new(program));
        command.env("DATABASE_URL", database.url());
        command.env("LESSON_PORT", free_port().to_string());
        command.stderr(File::create(&log).map_err(cannot)?);
        let mut child = children::start(&mut command).map_err(cannot)?;
        let stdout = lines(child.stdout.take().ok_or("no stdout")?);
        let mut running =
            Self { url: String::new(), child: Some(child), stdout, _database: database };
        while let Ok(line) = running.stdout.recv_timeout(PATIENCE) {
            if let Some((_, url)) = line.trim_end().split_once("listening on ") {
                running.url = url.to_owned();
                return Ok(running);
            }
        }
        let said = fs::read_to_string(&log).unwrap_or_default();
        Err(format!("{said}\nYour program didn't print `listening on http://…`."))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.child.take().into_iter().for_each(children::end);
    }
}

/// Where the program's log is.
pub fn log(exercise: &Exercise) -> PathBuf {
    workspace::target().join(format!("learn-{}.log", exercise.lesson))
}

/// 8000, as the pages have it, or else any.
fn free_port() -> u16 {
    if TcpListener::bind(("127.0.0.1", 8000)).is_ok() { 8000 } else { 0 }
}
