//! A Rust lesson in this process, on a runtime of its own, as the lesson's `main` runs it.

use std::collections::HashMap;
use std::thread;
use std::time::Duration;

use lesson_support::{Server, Settings, Tick};
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

/// A server that is told to stop when it is dropped.
pub struct InProcess {
    base_url: String,
    shutdown: CancellationToken,
}

impl InProcess {
    /// Starts a lesson on a free port and waits until it answers requests.
    pub async fn start(lesson: &str, tick: Duration, variables: &[(&str, &str)]) -> Self {
        let settings = Settings {
            port: 0,
            tick: Tick::from_ms(tick.as_millis().try_into().expect("a short tick")),
            // Whatever a test leaves running is cut at once.
            grace: Duration::from_millis(1),
            variables: owned(variables),
            ..Settings::default()
        };
        let (ready, started) = oneshot::channel();
        let lesson = lesson.to_owned();
        thread::spawn(move || {
            let runtime = lesson_support::runtime().expect("a runtime");
            runtime.block_on(run(&lesson, settings, ready));
            runtime.shutdown_background();
        });
        started.await.expect("the lesson starts")
    }

    /// Its address: `http://127.0.0.1:54321`.
    pub fn base_url(&self) -> &str {
        &self.base_url
    }
}

impl Drop for InProcess {
    fn drop(&mut self) {
        self.shutdown.cancel();
    }
}

async fn run(lesson: &str, settings: Settings, ready: oneshot::Sender<InProcess>) {
    let server = Server::bind(settings).await.expect("a free port");
    let handle = InProcess { base_url: server.base_url(), shutdown: server.shutdown_token() };
    let server = server.on_ready(move || drop(ready.send(handle)));
    let result = match lesson {
        "streaming" => lesson_streaming::lesson(server).await,
        other => panic!("no lesson named {other}"),
    };
    result.expect("the lesson ends well");
}

fn owned(variables: &[(&str, &str)]) -> HashMap<String, String> {
    variables.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect()
}
