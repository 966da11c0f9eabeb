//! The real program of a lesson on the current target: its log, its signals, its exit code.

use std::time::Duration;

use crate::answer::Answer;
use crate::binary::{self, Binary};
use crate::fastapi::{self, Uvicorn};
use crate::process::Ended;
use crate::server::{client, send};
use crate::target::Target;

/// A lesson's own program, or its `fastapi_app.py` under uvicorn.
pub enum Program {
    /// The Rust lesson.
    Rust(Binary),
    /// The FastAPI app.
    FastApi(Uvicorn),
}

impl Program {
    /// Starts it with ticks of this length and waits until it answers requests.
    pub async fn start(lesson: &str, tick: Duration, variables: &[(&str, &str)]) -> Self {
        match Target::current() {
            Target::FastApi => Self::FastApi(Uvicorn::start(lesson, tick, variables).await),
            _ => Self::Rust(Binary::start_for_test(lesson, tick, variables).await),
        }
    }

    /// Runs it to its end: a start-up that fails.
    pub fn run(lesson: &str, variables: &[(&str, &str)]) -> Ended {
        match Target::current() {
            Target::FastApi => fastapi::run(lesson, Duration::from_millis(20), variables),
            _ => {
                let settings = [("LESSON_PORT", "0"), ("LESSON_TICK_MS", "20")];
                binary::run(lesson, &[], &[&settings, variables].concat())
            }
        }
    }

    /// Its address: `http://127.0.0.1:54321`.
    pub fn base_url(&self) -> &str {
        match self {
            Self::Rust(binary) => binary.base_url(),
            Self::FastApi(uvicorn) => uvicorn.base_url(),
        }
    }

    /// GET; returns when the head of the answer is here.
    pub fn get(&self, path: &str) -> impl Future<Output = Answer> + Send + use<> {
        send(client().get(self.url(path)), Duration::from_secs(1))
    }

    /// The address of a path.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base_url())
    }

    /// Waits for a line of its log that holds `text`.
    pub fn log_line(&self, text: &str) -> String {
        match self {
            Self::Rust(binary) => binary.log_line(text),
            Self::FastApi(uvicorn) => uvicorn.log_line(text),
        }
    }

    /// Waits for the line about a request that holds `text`.
    pub fn request_line(&self, text: &str) -> String {
        match self {
            Self::Rust(binary) => binary.log_line(text),
            Self::FastApi(uvicorn) => uvicorn.request_line(text),
        }
    }

    /// Sends a signal by its name: `INT`, `TERM`, `KILL`.
    #[cfg(unix)]
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
