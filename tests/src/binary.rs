//! A program that answers requests.

use std::env;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;
use std::sync::Once;
use std::time::Duration;

use crate::answer::Answer;
use crate::database::TestDatabase;
use crate::process::{Ended, Process};
use crate::server::{client, send};
use crate::target::Target;
use crate::workspace;

/// A program that answers requests: a lesson's, an example of one, or uvicorn with an app.
pub struct Binary {
    process: Process,
    base_url: String,
    /// What it wrote up to its address.
    greeting: String,
    /// Dropped after the process that uses it.
    database: Option<TestDatabase>,
}

impl Binary {
    /// Starts a lesson with these options, on a free port, and waits until it is ready.
    ///
    /// If it needs a database and no `DATABASE_URL` names one, it is given an empty one.
    pub fn start(lesson: &str, options: &[&str], variables: &[(&str, &str)]) -> Self {
        let mut command = on_free_port(lesson_program(lesson));
        // It is counted in ticks, which are short here: a busy machine needs more of them
        // to open a database.
        command.env("LESSON_POOL_TIMEOUT", "3000").args(options);
        Self::of_lesson(lesson, command, variables, Self::listening)
    }

    /// Starts a lesson by this command; `ready` waits for it.
    pub(crate) fn of_lesson(
        lesson: &str,
        mut command: Command,
        variables: &[(&str, &str)],
        ready: fn(Process) -> Self,
    ) -> Self {
        let named = variables.iter().any(|(name, _)| *name == "DATABASE_URL");
        let database = if named { None } else { TestDatabase::of(lesson) };
        command.envs(database.iter().map(|database| ("DATABASE_URL", database.url())));
        command.envs(variables.iter().copied());
        Self { database, ..ready(Process::start(command)) }
    }

    /// Starts a lesson on a free port, and waits until it is bound: its start-up goes on.
    pub fn start_early(lesson: &str, options: &[&str], variables: &[(&str, &str)]) -> Self {
        let mut command = with(on_free_port(lesson_program(lesson)), options, variables);
        command.env("RUST_LOG", "debug");
        let process = Process::start(command);
        let line = process.stderr_line("bound url=");
        Self::at_address_in(line, process)
    }

    /// Starts a lesson whose log nobody reads.
    pub fn start_unread(lesson: &str, options: &[&str]) -> Self {
        let command = with(lesson_program(lesson), options, &[]);
        Self::listening(Process::start_unread(on_free_port(command)))
    }

    /// Starts another program of a lesson, by its own name, and waits until it is ready.
    pub fn start_program(name: &str, options: &[&str], variables: &[(&str, &str)]) -> Self {
        Self::started_by(with(program(name), options, variables))
    }

    /// Starts such a program from a line of shell, whose `$0` it is, and waits until it is ready:
    /// `ulimit -f 8; exec "$0"`.
    #[cfg(unix)]
    pub fn start_in_shell(name: &str, line: &str, variables: &[(&str, &str)]) -> Self {
        let mut shell = with(without_settings(Command::new("sh")), &["-c", line], variables);
        shell.arg(program(name).get_program());
        Self::started_by(shell)
    }

    /// Starts an example of a lesson that is a server, and waits until it is ready.
    pub fn start_example(name: &str) -> Self {
        Self::start_example_with(name, &[], &[])
    }

    /// The same with options and variables of the environment.
    pub fn start_example_with(name: &str, options: &[&str], variables: &[(&str, &str)]) -> Self {
        Self::start_program(&format!("examples/{name}"), options, variables)
    }

    fn started_by(command: Command) -> Self {
        Self::listening(Process::start(on_free_port(command)))
    }

    /// Any program that prints where it listens is a server for the suite.
    fn listening(process: Process) -> Self {
        Self::at_address_in(process.stdout_up_to("listening on "), process)
    }

    /// The address is the last one that the process wrote.
    pub(crate) fn at_address_in(greeting: String, process: Process) -> Self {
        let address = &greeting[greeting.rfind("http://").expect("an address")..];
        let end = address.find([' ', '"', '\n']).unwrap_or(address.len());
        Self { base_url: address[..end].to_owned(), greeting, process, database: None }
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

    /// The address of a path.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base_url)
    }

    /// The `DATABASE_URL` of the database that it was given.
    pub fn database_url(&self) -> &str {
        self.database.as_ref().expect("a lesson with a database").url()
    }

    /// What a lesson prints when it is ready. It is there once.
    pub fn banner(&self) -> String {
        format!("{}{}", self.greeting, self.process.stdout_up_to("Ctrl-C stops it.\n"))
    }

    /// GET; returns when the head of the answer is here. Its times are in seconds.
    pub fn get(&self, path: &str) -> impl Future<Output = Answer> + Send + use<> {
        send(client().get(self.url(path)), Duration::from_secs(1))
    }

    /// POST of JSON, otherwise as [`get`](Self::get).
    pub async fn post(&self, path: &str, json: &str) -> Answer {
        let request = client().post(self.url(path));
        let request = request.header("content-type", "application/json").body(json.to_owned());
        send(request, Duration::from_secs(1)).await
    }

    /// Waits for a line of its log that holds `text`.
    pub fn log_line(&self, text: &str) -> String {
        self.process.stderr_line(text)
    }

    /// Waits for the line about a request that holds `text`; uvicorn writes it to stdout.
    pub fn request_line(&self, text: &str) -> String {
        match Target::current() {
            Target::FastApi => self.process.stdout_line(text),
            _ => self.log_line(text),
        }
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
        // A thread may end while it is looked at.
        let threads = self.process.system().tasks().expect("a running process").flatten();
        threads.filter(|thread| thread.stat().is_ok_and(|stat| stat.state == 'R')).count()
    }

    /// The memory it holds now, in bytes.
    #[cfg(target_os = "linux")]
    pub fn resident_bytes(&self) -> u64 {
        let status = self.process.system().status().expect("a running process");
        1024 * status.vmrss.expect("VmRSS in kB")
    }
}

fn on_free_port(mut command: Command) -> Command {
    command.env("LESSON_PORT", "0");
    command
}

fn with(mut command: Command, options: &[&str], variables: &[(&str, &str)]) -> Command {
    command.args(options).envs(variables.iter().copied());
    command
}

/// Runs a lesson's program to its end: `--help`, a bad option, a port that is taken.
pub fn run(lesson: &str, options: &[&str], variables: &[(&str, &str)]) -> Ended {
    Process::start(with(lesson_program(lesson), options, variables)).wait()
}

/// Runs a lesson's example to its end.
pub fn run_example(name: &str, arguments: &[&str]) -> Ended {
    run_example_with(name, arguments, &[])
}

/// The same with variables of the environment.
pub fn run_example_with(name: &str, arguments: &[&str], variables: &[(&str, &str)]) -> Ended {
    Process::start(with(program(&format!("examples/{name}")), arguments, variables)).wait()
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
