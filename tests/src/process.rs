//! A real process: started, read line by line, signalled, waited for.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

use crate::target::Target;

/// No line, and no end, is waited for longer than this.
const PATIENCE: Duration = Duration::from_secs(30);

/// A child process that is killed when it is dropped.
pub struct Process {
    child: Child,
    stdout: Receiver<String>,
    stderr: Receiver<String>,
}

/// What a process left behind.
pub struct Ended {
    /// Its exit code; `None` if a signal ended it.
    pub code: Option<i32>,
    /// The lines of stdout that nobody had read yet.
    pub stdout: String,
    /// The lines of stderr that nobody had read yet.
    pub stderr: String,
    /// How long it took to end from the moment it was waited for.
    pub after: Duration,
}

impl Process {
    /// Starts a command.
    pub fn start(command: Command) -> Self {
        let mut process = Self::start_unread(command);
        process.stderr = lines(process.child.stderr.take().expect("a piped stderr"));
        process
    }

    /// Starts a command whose stderr nobody reads, so that it is full at some time.
    pub fn start_unread(mut command: Command) -> Self {
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let child = command.spawn();
        let mut child = child.unwrap_or_else(|error| panic!("cannot start {command:?}: {error}"));
        let stdout = lines(child.stdout.take().expect("a piped stdout"));
        Self { child, stdout, stderr: mpsc::channel().1 }
    }

    /// What the system knows of it.
    #[cfg(target_os = "linux")]
    pub(crate) fn system(&self) -> procfs::process::Process {
        let id = self.child.id().try_into().expect("an id of a process");
        procfs::process::Process::new(id).expect("a running process")
    }

    /// Waits for a line of stdout that holds `text`; what was written up to its end.
    pub fn stdout_up_to(&self, text: &str) -> String {
        lines_up_to(&self.stdout, text).concat()
    }

    /// Waits for a line of stdout that holds `text`.
    pub fn stdout_line(&self, text: &str) -> String {
        last(lines_up_to(&self.stdout, text))
    }

    /// Waits for a line of stderr that holds `text`.
    pub fn stderr_line(&self, text: &str) -> String {
        last(lines_up_to(&self.stderr, text))
    }

    /// Sends a signal by its name: `INT`, `TERM`.
    #[cfg(unix)]
    pub fn signal(&self, name: &str) {
        let status =
            Command::new("kill").args([format!("-{name}"), self.child.id().to_string()]).status();
        assert!(status.is_ok_and(|status| status.success()), "cannot send SIG{name}");
    }

    /// Waits for the end.
    pub fn wait(mut self) -> Ended {
        let started = Instant::now();
        let status = self.exit_status(started);
        Ended {
            code: status.code(),
            stdout: self.stdout.iter().collect(),
            stderr: self.stderr.iter().collect(),
            after: started.elapsed(),
        }
    }

    /// `Child::wait` has no time limit, so the exit status is asked for again and again.
    fn exit_status(&mut self, started: Instant) -> ExitStatus {
        loop {
            if let Some(status) = self.child.try_wait().expect("a child to wait for") {
                return status;
            }
            assert!(
                started.elapsed() < Target::current().patience(PATIENCE),
                "the process does not end"
            );
            thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It fails if the process has ended already, which is as good.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Reads on a thread of its own, so that a full pipe never stops the process.
pub(crate) fn lines(output: impl Read + Send + 'static) -> Receiver<String> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            if sender.send(line + "\n").is_err() {
                break;
            }
        }
    });
    receiver
}

fn last(mut lines: Vec<String>) -> String {
    lines.pop().unwrap_or_default()
}

/// The lines up to the first that holds `text`.
fn lines_up_to(lines: &Receiver<String>, text: &str) -> Vec<String> {
    let mut seen: Vec<String> = Vec::new();
    while !seen.last().is_some_and(|line| line.contains(text)) {
        match lines.recv_timeout(Target::current().patience(PATIENCE)) {
            Ok(line) => seen.push(line),
            Err(error) => panic!("no line with {text:?} ({error}) after:\n{}", seen.concat()),
        }
    }
    seen
}
