//! A Rust lesson in this process, on a runtime of its own, as the lesson's `main` runs it.

use std::collections::HashMap;
use std::thread;
use std::time::Duration;

use lesson_support::{Lesson, Server, Settings, Tick};
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
        let settings = settings(tick, variables);
        let started = match lesson {
            "response-models" => {
                run(lesson_response_models::LESSON, lesson_response_models::lesson, settings)
            }
            "lifespan" => run(lesson_lifespan::LESSON, lesson_lifespan::lesson, settings),
            "testing" => run(lesson_testing::LESSON, lesson_testing::lesson, settings),
            "dependencies" => {
                run(lesson_dependencies::LESSON, lesson_dependencies::lesson, settings)
            }
            "sql" => run(lesson_sql::LESSON, lesson_sql::lesson, settings),
            "background-tasks" => {
                run(lesson_background_tasks::LESSON, lesson_background_tasks::lesson, settings)
            }
            "async" => run(lesson_async::LESSON, lesson_async::lesson, settings),
            "streaming" => run(lesson_streaming::LESSON, lesson_streaming::lesson, settings),
            other => panic!("no lesson named {other}"),
        };
        started.await.expect("the lesson starts")
    }

    /// The same for a lesson whose threads are the test's own choice.
    pub async fn start_as<F, L>(lesson: Lesson, entry_point: F, tick: Duration) -> Self
    where
        F: FnOnce(Server) -> L + Send + 'static,
        L: Future<Output = lesson_support::Result<()>>,
    {
        run(lesson, entry_point, settings(tick, &[])).await.expect("the lesson starts")
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

fn settings(tick: Duration, variables: &[(&str, &str)]) -> Settings {
    Settings {
        port: 0,
        tick: Tick::from_ms(tick.as_millis().try_into().expect("a short tick")),
        // Whatever a test leaves running is cut at once.
        grace: Duration::from_millis(1),
        variables: owned(variables),
        ..Settings::default()
    }
}

/// Runs a lesson on a thread and a runtime of its own, as its `main` does.
fn run<F, L>(lesson: Lesson, entry_point: F, settings: Settings) -> oneshot::Receiver<InProcess>
where
    F: FnOnce(Server) -> L + Send + 'static,
    L: Future<Output = lesson_support::Result<()>>,
{
    let (ready, started) = oneshot::channel();
    thread::spawn(move || {
        let runtime = lesson_support::runtime(&lesson).expect("a runtime");
        let result = runtime.block_on(async {
            let server = Server::bind(settings).await.expect("a free port");
            let handle =
                InProcess { base_url: server.base_url(), shutdown: server.shutdown_token() };
            entry_point(server.on_ready(move || drop(ready.send(handle)))).await
        });
        runtime.shutdown_background();
        result.expect("the lesson ends well");
    });
    started
}

fn owned(variables: &[(&str, &str)]) -> HashMap<String, String> {
    variables.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect()
}
