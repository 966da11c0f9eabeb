//! The entry point that every lesson's `main` calls.

use std::error::Error;
use std::future::Future;
use std::io::{self, Write};
use std::process::ExitCode;

use tokio::runtime::{Builder, Runtime};

use crate::error::with_causes;
use crate::log::Log;
use crate::server::Server;
use crate::settings::{Command, HELP, Settings};
use crate::signals::stop_on_signal;

/// What a lesson's start-up, serving and clean-up result in.
///
/// Any error ends the process with exit code 1 and one sentence.
pub type Result<T, E = Box<dyn Error + Send + Sync>> = std::result::Result<T, E>;

/// What a lesson says of itself when it starts.
#[derive(Clone, Copy, Debug)]
pub struct Lesson {
    /// The package's name: `lesson-streaming`.
    pub name: &'static str,
    /// What it teaches, in a few words.
    pub title: &'static str,
    /// The first requests to try: curl's arguments, with `{}` for the server's address.
    pub try_first: &'static [&'static str],
    /// Where the text of the lesson is, from the workspace's root.
    pub readme: &'static str,
    /// The threads it runs on.
    pub threads: Threads,
}

/// How many threads a lesson's runtime has.
#[derive(Clone, Copy, Debug)]
pub struct Threads {
    /// Threads that poll futures; `None` is one a core.
    pub workers: Option<usize>,
    /// Threads of the pool behind `spawn_blocking`; `None` is tokio's 512.
    pub blocking: Option<usize>,
}

impl Threads {
    /// What `#[tokio::main]` uses.
    pub const DEFAULT: Self = Self { workers: None, blocking: None };
}

impl Lesson {
    /// What the lesson prints when it is ready.
    pub fn banner(&self, base_url: &str) -> String {
        let mut banner = format!("{}: {}\nlistening on {base_url}\n\n", self.name, self.title);
        banner.push_str("Try, in a second terminal:\n");
        for request in self.try_first {
            banner.push_str(&format!("  curl {}\n", request.replace("{}", base_url)));
        }
        banner.push_str(&format!("\nThe lesson: {}\nCtrl-C stops it.\n", self.readme));
        banner
    }

    fn help(&self) -> String {
        format!(
            "{}: {}\n\nUsage: cargo run -p {} -- [OPTIONS]\n\n{HELP}",
            self.name, self.title, self.name
        )
    }
}

/// Runs a lesson from the command line: options, log, signals, server, exit code.
///
/// The exit code is 0 after Ctrl-C or SIGTERM, 1 if the lesson could not start or clean
/// up, 2 if an option or a variable of the environment is wrong.
pub fn run<F, L>(lesson: Lesson, entry_point: F) -> ExitCode
where
    F: FnOnce(Server) -> L,
    L: Future<Output = Result<()>>,
{
    let variables = std::env::vars_os()
        .map(|(name, value)| (name.to_string_lossy().into(), value.to_string_lossy().into()))
        .collect();
    let settings = match Command::parse(std::env::args_os().skip(1), variables) {
        Ok(Command::Run(settings)) => settings,
        Ok(Command::Help) => {
            print(&lesson.help());
            return ExitCode::SUCCESS;
        }
        Err(error) => {
            eprintln!("{}: {error}", lesson.name);
            return ExitCode::from(2);
        }
    };
    let filter = settings.variables.get("RUST_LOG").map(String::as_str);
    let log = match Log::to_stderr(filter) {
        Ok(log) => log,
        Err(error) => {
            eprintln!("{}: {error}", lesson.name);
            return ExitCode::from(2);
        }
    };
    let result = start(lesson, settings, log.clone(), entry_point);
    log.finish();
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{}: {}", lesson.name, with_causes(error.as_ref()));
            ExitCode::FAILURE
        }
    }
}

fn start<F, L>(lesson: Lesson, settings: Settings, log: Log, entry_point: F) -> Result<()>
where
    F: FnOnce(Server) -> L,
    L: Future<Output = Result<()>>,
{
    let runtime = runtime(&lesson)?;
    let result = runtime.block_on(async {
        let grace = settings.grace;
        let server = Server::bind(settings).await?;
        stop_on_signal(server.shutdown_token(), grace, log)?;
        let banner = lesson.banner(&server.base_url());
        entry_point(server.on_ready(move || print(&banner))).await
    });
    // Dropping the runtime would wait for a blocking call that never returns.
    runtime.shutdown_background();
    result
}

/// The runtime that a lesson runs on.
///
/// # Errors
///
/// If the threads cannot be started.
pub fn runtime(lesson: &Lesson) -> io::Result<Runtime> {
    let mut builder = Builder::new_multi_thread();
    if let Some(workers) = lesson.threads.workers {
        builder.worker_threads(workers);
    }
    if let Some(blocking) = lesson.threads.blocking {
        builder.max_blocking_threads(blocking);
    }
    builder.enable_all().build()
}

/// Prints to a stdout that may be closed already, as `| head -1` closes it.
fn print(text: &str) {
    let mut stdout = io::stdout().lock();
    if let Err(error) = stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        tracing::debug!("cannot print: {error}");
    }
}
