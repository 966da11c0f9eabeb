//! The real program of a lesson.

use std::env;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;
use std::sync::{Once, OnceLock};
use std::time::Duration;

use tokio::task::spawn_blocking;

use crate::answer::Answer;
use crate::database::TestDatabase;
use crate::process::{Ended, Process};
use crate::server::{client, send};
use crate::target::Target;
use crate::workspace;

/// A lesson's program that answers requests.
pub struct Binary {
    process: Process,
    base_url: String,
    /// The lines before the one that names the address.
    greeting: String,
    banner: OnceLock<String>,
    /// Dropped after the process that uses it.
    _database: Option<TestDatabase>,
}

impl Binary {
    /// Starts a lesson with these options, on a free port, and waits until it is ready.
    ///
    /// If it needs a database and no `DATABASE_URL` names one, it is given an empty one.
    pub fn start(lesson: &str, options: &[&str], variables: &[(&str, &str)]) -> Self {
        let mut command = lesson_program(lesson);
        // It is counted in ticks, which are short here: a busy machine needs more of them
        // to open a database.
        command.env("LESSON_POOL_TIMEOUT", "3000");
        let database = TestDatabase::of(lesson);
        command.envs(database.iter().map(|database| ("DATABASE_URL", database.url())));
        command.args(options).envs(variables.iter().copied());
        Self { _database: database, ..Self::started_by(command) }
    }

    /// The same for a test that cannot block, with ticks of this length.
    pub async fn start_for_test(lesson: &str, tick: Duration, variables: &[(&str, &str)]) -> Self {
        let lesson = lesson.to_owned();
        let mut variables = owned(variables);
        variables.push(("LESSON_TICK_MS".to_owned(), tick.as_millis().to_string()));
        let start = move || {
            let variables: Vec<_> = variables.iter().map(|(k, v)| (&**k, &**v)).collect();
            Self::start(&lesson, &[], &variables)
        };
        spawn_blocking(start).await.expect("the lesson starts")
    }

    /// Starts a lesson on a free port, and waits until it is bound: its start-up goes on.
    pub fn start_early(lesson: &str, options: &[&str], variables: &[(&str, &str)]) -> Self {
        let mut command = on_free_port(lesson_program(lesson));
        command.args(options).envs(variables.iter().copied()).env("RUST_LOG", "debug");
        let process = Process::start(command);
        let line = process.stderr_line("bound url=");
        let url = line.split('"').nth(1).expect("an address");
        Self {
            base_url: url.to_owned(),
            greeting: String::new(),
            banner: OnceLock::new(),
            process,
            _database: None,
        }
    }

    /// Starts a lesson whose log nobody reads.
    pub fn start_unread(lesson: &str, options: &[&str]) -> Self {
        let mut command = lesson_program(lesson);
        command.args(options);
        Self::listening(Process::start_unread(on_free_port(command)))
    }

    /// Starts another program of a lesson, by its own name, and waits until it is ready.
    pub fn start_program(name: &str, options: &[&str], variables: &[(&str, &str)]) -> Self {
        let mut command = program(name);
        command.args(options).envs(variables.iter().copied());
        Self::started_by(command)
    }

    /// Starts such a program from a line of shell, whose `$0` it is, and waits until it is ready:
    /// `ulimit -f 8; exec "$0"`.
    #[cfg(unix)]
    pub fn start_in_shell(name: &str, line: &str, variables: &[(&str, &str)]) -> Self {
        let mut shell = without_settings(Command::new("sh"));
        shell.args(["-c", line]).arg(program(name).get_program());
        shell.envs(variables.iter().copied());
        Self::started_by(shell)
    }

    /// Starts an example of a lesson that is a server, and waits until it is ready.
    pub fn start_example(name: &str) -> Self {
        Self::start_example_with(name, &[], &[])
    }

    /// The same with options and variables of the environment.
    pub fn start_example_with(name: &str, options: &[&str], variables: &[(&str, &str)]) -> Self {
        let mut command = program(&format!("examples/{name}"));
        command.args(options).envs(variables.iter().copied());
        Self::started_by(command)
    }

    fn started_by(command: Command) -> Self {
        Self::listening(Process::start(on_free_port(command)))
    }

    /// Any program that prints where it listens is a server for the suite.
    fn listening(process: Process) -> Self {
        const WORDS: &str = "listening on ";
        let mut greeting = String::new();
        let base_url = loop {
            let line = process.stdout_line("");
            greeting.push_str(&line);
            if let Some((_, url)) = line.trim_end().split_once(WORDS) {
                break url.to_owned();
            }
        };
        Self { base_url, greeting, banner: OnceLock::new(), process, _database: None }
    }

    /// Its address: `http://127.0.0.1:54321`.
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// The same without the scheme.
    pub fn address(&self) -> SocketAddr {
        let address = self.base_url.trim_start_matches("http://").parse();
        address.expect("an address and a port")
    }

    /// What a lesson printed when it was ready.
    pub fn banner(&self) -> &str {
        self.banner.get_or_init(|| {
            let mut banner = self.greeting.clone();
            while !banner.ends_with("Ctrl-C stops it.\n") {
                banner.push_str(&self.process.stdout_line(""));
            }
            banner
        })
    }

    /// GET; returns when the head of the answer is here. Its times are in seconds.
    pub async fn get(&self, path: &str) -> Answer {
        let request = client().get(format!("{}{path}", self.base_url));
        send(request, Duration::from_secs(1)).await
    }

    /// POST of JSON, otherwise as [`get`](Self::get).
    pub async fn post(&self, path: &str, json: &str) -> Answer {
        let request = client().post(format!("{}{path}", self.base_url));
        let request = request.header("content-type", "application/json").body(json.to_owned());
        send(request, Duration::from_secs(1)).await
    }

    /// Waits for a line of its log that holds `text`.
    pub fn log_line(&self, text: &str) -> String {
        self.process.stderr_line(text)
    }

    /// Sends a signal by its name: `INT`, `TERM`, `KILL`.
    #[cfg(unix)]
    pub fn signal(&self, name: &str) {
        self.process.signal(name);
    }

    /// Waits for its end.
    pub fn wait(self) -> Ended {
        self.process.wait()
    }

    /// How many of its threads compute, and do not wait, at this moment.
    #[cfg(target_os = "linux")]
    pub fn busy_threads(&self) -> usize {
        let path = format!("/proc/{}/task", self.process.id());
        let threads = std::fs::read_dir(path).expect("a running process");
        // A thread may end while it is looked at.
        let stats = threads
            .flatten()
            .filter_map(|thread| std::fs::read_to_string(thread.path().join("stat")).ok());
        // The state follows the name, which is in brackets: `17 (tokio) R 1 …`.
        stats
            .filter(|stat| stat.rsplit(')').next().is_some_and(|rest| rest.starts_with(" R")))
            .count()
    }

    /// The memory it holds now, in bytes.
    #[cfg(target_os = "linux")]
    pub fn resident_bytes(&self) -> u64 {
        let path = format!("/proc/{}/status", self.process.id());
        let status = std::fs::read_to_string(path).expect("a running process");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kib = line.and_then(|line| line.trim().strip_suffix(" kB"));
        let kib: u64 = kib.and_then(|kib| kib.parse().ok()).expect("VmRSS in kB");
        kib * 1024
    }
}

fn owned(variables: &[(&str, &str)]) -> Vec<(String, String)> {
    variables.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect()
}

fn on_free_port(mut command: Command) -> Command {
    command.env("LESSON_PORT", "0");
    command
}

/// Runs a lesson's program to its end: `--help`, a bad option, a port that is taken.
pub fn run(lesson: &str, options: &[&str], variables: &[(&str, &str)]) -> Ended {
    let mut command = lesson_program(lesson);
    command.args(options).envs(variables.iter().copied());
    Process::start(command).wait()
}

/// Runs a lesson's example to its end.
pub fn run_example(name: &str, arguments: &[&str]) -> Ended {
    run_example_with(name, arguments, &[])
}

/// The same with variables of the environment.
pub fn run_example_with(name: &str, arguments: &[&str], variables: &[(&str, &str)]) -> Ended {
    let mut command = program(&format!("examples/{name}"));
    command.args(arguments).envs(variables.iter().copied());
    Process::start(command).wait()
}

/// The lesson's own program, or what a learner wrote in its place.
fn lesson_program(lesson: &str) -> Command {
    match Target::current() {
        Target::Program(path) => without_settings(Command::new(path)),
        _ => program(&format!("lesson-{lesson}")),
    }
}

/// A program of the profile's folder, built first.
fn program(name: &str) -> Command {
    build();
    command(&workspace::profile(), name)
}

/// A program that was built for release already: `lesson-sql`, `bare_hyper`.
pub fn release(name: &str) -> Command {
    command(&workspace::target().join("release"), name)
}

fn command(profile: &Path, name: &str) -> Command {
    let file = format!("{name}{}", env::consts::EXE_SUFFIX);
    without_settings(Command::new(profile.join(file)))
}

pub(crate) fn without_settings(mut command: Command) -> Command {
    command.current_dir(workspace::root());
    // A reader's own settings must not change what is tested.
    for (name, _) in env::vars_os() {
        let own = ["DATABASE_URL", "RUST_BACKTRACE", "RUST_LOG"].iter().any(|own| name == *own);
        if own || name.to_string_lossy().starts_with("LESSON_") {
            command.env_remove(name);
        }
    }
    // `tracing_subscriber` colours a log also where nobody sees it.
    command.env("NO_COLOR", "1");
    command
}

/// Cargo builds no other package's program for a test, so the first test that needs one does.
///
/// All packages at once: that selects the features of `cargo test --workspace`, so that
/// nothing is compiled twice there.
fn build() {
    static BUILT: Once = Once::new();
    BUILT.call_once(|| {
        let mut build = workspace::cargo();
        build.args(["build", "--quiet", "--workspace", "--bins", "--examples"]);
        if cfg!(feature = "postgres") {
            build.args(["--features", "lesson-tests/postgres"]);
        }
        if workspace::profile().ends_with("release") {
            build.arg("--release");
        }
        workspace::succeed(build).expect("the lessons build");
    });
}
