//! The servers side by side: the lesson, its FastAPI twin, bare hyper.

use std::fs;
use std::io::Write;
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::thread::{available_parallelism, sleep};
use std::time::{Duration, Instant};

use lesson_tests::{binary, fastapi};
use tempfile::NamedTempFile;

use crate::Result;
use crate::load::Request;
use crate::usage::Usage;

/// How long a server may take to start, or to stop.
const PATIENCE: Duration = Duration::from_secs(30);

/// How uvicorn is run: on what `pip install 'uvicorn[standard]'` brings.
pub const UVICORN: &str = "--loop uvloop --http httptools";

/// Which server.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Side {
    /// The lesson, in a release build.
    Axum,
    /// Its `fastapi_app.py` under uvicorn, with uvloop and httptools.
    FastApi { workers: usize },
}

/// Whether a server writes a line for each request.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Log {
    /// As it does by itself, both of them.
    On,
    /// Warnings only.
    Off,
}

/// Both in one process.
pub const ONE_OF_EACH: [Side; 2] = [Side::Axum, Side::FastApi { workers: 1 }];

impl Side {
    /// The lesson, FastAPI in one process, and FastAPI in one process a core.
    pub fn all() -> Result<Vec<Self>> {
        let mut sides = ONE_OF_EACH.to_vec();
        let cores = available_parallelism()?.get();
        if cores > 1 {
            sides.push(Self::FastApi { workers: cores });
        }
        Ok(sides)
    }

    /// Its name in a table.
    pub fn name(self) -> String {
        match self {
            Self::Axum => "axum".to_owned(),
            Self::FastApi { workers: 1 } => "FastAPI, 1 worker".to_owned(),
            Self::FastApi { workers } => format!("FastAPI, {workers} workers"),
        }
    }

    /// Starts a lesson with these variables of the environment.
    pub fn start(self, lesson: &str, log: Log, variables: &[(&str, String)]) -> Result<Server> {
        let mut command = self.command(lesson, log);
        command.envs(variables.iter().map(|(name, value)| (name, value)));
        let log = NamedTempFile::new()?;
        let child = spawn(command, &log)?;
        match self {
            Self::Axum => Server::ready(child, log, ("Ctrl-C stops it", 1)),
            Self::FastApi { workers } => {
                Server::ready(child, log, ("Application startup complete", workers))
            }
        }
    }

    fn command(self, lesson: &str, log: Log) -> Command {
        match self {
            Self::Axum => {
                let mut command = binary::release(&format!("lesson-{lesson}"));
                command.args(["--port", "0"]);
                if log == Log::Off {
                    command.env("RUST_LOG", "warn");
                }
                command
            }
            Self::FastApi { workers } => {
                let mut command = fastapi::twin(lesson);
                command.args(UVICORN.split(' '));
                command.args(["--workers", &workers.to_string()]);
                if log == Log::Off {
                    command.arg("--no-access-log");
                }
                command
            }
        }
    }
}

/// A log has two writers, and neither may write over the other.
fn append(log: &NamedTempFile) -> std::io::Result<fs::File> {
    fs::OpenOptions::new().append(true).open(log.path())
}

fn spawn(mut command: Command, log: &NamedTempFile) -> Result<Child> {
    command.stdin(Stdio::null()).stdout(append(log)?).stderr(append(log)?);
    command.spawn().map_err(|error| format!("cannot start {command:?}: {error}").into())
}

/// A server that runs, and is stopped when it is dropped.
pub struct Server {
    child: Child,
    address: String,
    /// Where both streams go: a server's log is a part of what a request costs.
    log: NamedTempFile,
}

impl Server {
    /// Bare hyper, which answers everything with these bytes.
    pub fn bare_hyper(content_type: &str, body: &str) -> Result<Self> {
        let mut command = binary::release("bare_hyper");
        command.args([content_type, body]);
        let log = NamedTempFile::new()?;
        let child = spawn(command, &log)?;
        Self::ready(child, log, ("listening on", 1))
    }

    /// Waits until the log of a program holds a text so many times, and its address.
    fn ready(child: Child, log: NamedTempFile, (text, times): (&str, usize)) -> Result<Self> {
        let mut server = Self { child, address: String::new(), log };
        let started = Instant::now();
        loop {
            let lines = fs::read_to_string(server.log.path())?;
            if lines.matches(text).count() >= times
                && let Some(address) = address(&lines)
            {
                server.address = address.to_owned();
                return Ok(server);
            }
            if started.elapsed() > PATIENCE || server.child.try_wait()?.is_some() {
                return Err(format!("a server does not start:\n{lines}").into());
            }
            sleep(Duration::from_millis(5));
        }
    }

    /// `http://127.0.0.1:54321/path`.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Sends a request, and returns the connection.
    pub fn request(&self, path: &str) -> Result<TcpStream> {
        let mut stream = TcpStream::connect(&self.address)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        write!(stream, "GET {path} HTTP/1.1\r\nhost: {}\r\n\r\n", self.address)?;
        Ok(stream)
    }

    /// Sends a body, which must be answered well.
    pub fn post(&self, path: &str, json: &str) -> Result<()> {
        let url = self.url(path);
        let arguments = ["-sS", "--fail-with-body", "--json", json, &url];
        curl(&arguments).map(drop)
    }

    /// The content type and the body with which it answers a request.
    pub fn answer(&self, request: &Request) -> Result<(String, String)> {
        let headers = request.headers.iter().flat_map(|header| ["-H", *header]);
        let url = self.url(request.path);
        let mut arguments: Vec<&str> = vec!["-sS", "--fail", "-X", request.method];
        arguments.extend(headers);
        arguments.extend(["-w", "\n%{content_type}", &url]);
        let text = curl(&arguments)?;
        let (body, content_type) = text.rsplit_once('\n').unwrap_or((&text, ""));
        Ok((content_type.to_owned(), body.to_owned()))
    }

    /// What it has used so far.
    pub fn usage(&self) -> Result<Usage> {
        Usage::of(self.child.id())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // A uvicorn that is killed would leave its workers behind.
        let _ = Command::new("kill").arg(self.child.id().to_string()).status();
        let stopped = Instant::now();
        while stopped.elapsed() < PATIENCE && matches!(self.child.try_wait(), Ok(None)) {
            sleep(Duration::from_millis(5));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What curl prints.
pub fn curl(arguments: &[&str]) -> Result<String> {
    let output = Command::new("curl").args(arguments).output();
    let output = output.map_err(|error| format!("cannot run curl: {error}"))?;
    if !output.status.success() {
        let error = String::from_utf8_lossy(&output.stderr);
        return Err(format!("curl {}: {error}", arguments.join(" ")).into());
    }
    Ok(String::from_utf8(output.stdout)?)
}

/// The address after the first `http://127.0.0.1:` of a log.
fn address(log: &str) -> Option<&str> {
    let (_, rest) = log.split_once("http://")?;
    rest.split(|c: char| c.is_whitespace() || c == '/').next()
}
