//! A real process: started, read line by line, signalled, waited for.

use std::io::{self, BufRead, BufReader, PipeReader, Read};
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
    /// The end of a stderr that nobody reads; the process cannot write when it is closed.
    _unread: Option<PipeReader>,
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
    pub fn start(mut command: Command) -> Self {
        let mut child = spawn(command.stderr(Stdio::piped()));
        let stdout = lines(child.stdout.take().expect("a piped stdout"));
        let stderr = lines(child.stderr.take().expect("a piped stderr"));
        Self { child, stdout, stderr, _unread: None }
    }

    /// Starts a command whose stderr nobody reads, so that it is full at some time.
    pub fn start_unread(mut command: Command) -> Self {
        let (unread, stderr) = io::pipe().expect("a pipe");
        let mut child = spawn(command.stderr(stderr));
        let stdout = lines(child.stdout.take().expect("a piped stdout"));
        Self { child, stdout, stderr: mpsc::channel().1, _unread: Some(unread) }
    }

    /// The process's id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Waits for a line of stdout that holds `text`.
    pub fn stdout_line(&self, text: &str) -> String {
        line_with(&self.stdout, text)
    }

    /// Waits for a line of stderr that holds `text`.
    pub fn stderr_line(&self, text: &str) -> String {
        line_with(&self.stderr, text)
    }

    /// Sends a signal by its name: `INT`, `TERM`.
    #[cfg(unix)]
    pub fn signal(&self, name: &str) {
        let status =
            Command::new("kill").args([format!("-{name}"), self.id().to_string()]).status();
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

fn spawn(command: &mut Command) -> Child {
    let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn();
    child.unwrap_or_else(|error| panic!("cannot start {command:?}: {error}"))
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

fn line_with(lines: &Receiver<String>, text: &str) -> String {
    let mut seen = String::new();
    loop {
        match lines.recv_timeout(Target::current().patience(PATIENCE)) {
            Ok(line) if line.contains(text) => return line,
            Ok(line) => seen.push_str(&line),
            Err(error) => panic!("no line with {text:?} ({error}) after:\n{seen}"),
        }
    }
}
