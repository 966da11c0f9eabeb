//! The real program of either side: its log and its exit code.

use std::time::Duration;

use lesson_tests::fastapi::{self, Uvicorn};
use lesson_tests::process::Ended;
use lesson_tests::server::{client, send};
use lesson_tests::{Answer, Binary, Target, binary};

/// The lines of the log whose order the claims are about.
const MARKS: [&str; 8] = [
    "items filled",
    "model loaded",
    "connection opened",
    "slow prediction done",
    "connection closed",
    "model cleared",
    "shutdown noted",
    "never seen",
];

/// How each side says that it was told to stop.
const STOPPING: [&str; 2] = [": stopping; ", "Shutting down"];

/// A lesson's program on the current target.
pub enum Program {
    Rust(Binary),
    FastApi(Uvicorn),
}

impl Program {
    /// Starts it with ticks of this length and waits until it answers requests.
    pub async fn start(tick: Duration, variables: &[(&str, &str)]) -> Self {
        match Target::current() {
            Target::FastApi => Self::FastApi(Uvicorn::start("lifespan", tick, variables).await),
            _ => {
                let ms = tick.as_millis().to_string();
                Self::Rust(Binary::start("lifespan", &["--tick-ms", &ms], variables))
            }
        }
    }

    /// GET; returns when the head of the answer is here.
    pub fn get(&self, path: &str) -> impl Future<Output = Answer> + Send + use<> {
        let base = match self {
            Self::Rust(binary) => binary.base_url(),
            Self::FastApi(uvicorn) => uvicorn.base_url(),
        };
        send(client().get(format!("{base}{path}")), Duration::from_secs(1))
    }

    /// Waits for a line of its log that holds `text`.
    pub fn log_line(&self, text: &str) -> String {
        match self {
            Self::Rust(binary) => binary.log_line(text),
            Self::FastApi(uvicorn) => uvicorn.log_line(text),
        }
    }

    /// Sends a signal by its name: `INT`, `TERM`.
    pub fn signal(&self, name: &str) {
        match self {
            Self::Rust(binary) => binary.signal(name),
            Self::FastApi(uvicorn) => uvicorn.signal(name),
        }
    }

    /// Waits for its end.
    pub fn wait(self) -> Ended {
        match self {
            Self::Rust(binary) => binary.wait(),
            Self::FastApi(uvicorn) => uvicorn.wait(),
        }
    }
}

/// Runs the program to its end: a start-up that fails.
pub fn run(variables: &[(&str, &str)]) -> Ended {
    match Target::current() {
        Target::FastApi => fastapi::run("lifespan", Duration::from_millis(20), variables),
        _ => binary::run("lifespan", &["--port", "0", "--tick-ms", "20"], variables),
    }
}

/// The events in a log, in order, with `told to stop` among them.
pub fn events(log: &str) -> Vec<&str> {
    let mark = |line: &str| {
        let stopping = STOPPING.iter().any(|words| line.contains(words));
        if stopping { Some("told to stop") } else { MARKS.into_iter().find(|m| line.ends_with(m)) }
    };
    log.lines().filter_map(mark).collect()
}
