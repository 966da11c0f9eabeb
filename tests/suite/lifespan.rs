//! The claims of `lessons/lifespan/README.md`, in its order.

mod failures;
mod model;
mod older_events;
mod real;
mod scopes;
mod shutdown;
mod sub_apps;

use lesson_lifespan::startup::Startup;
use lesson_support::{EventLog, Options, Result, Server, Tick};
use lesson_tests::TestServer;

async fn start() -> TestServer {
    TestServer::start("lifespan").await
}

/// What is in the log when the first request is answered.
const STARTED: [&str; 3] = ["items filled", "model loaded", "connection opened"];

/// What the shutdown adds: the reverse of it.
const STOPPED: [&str; 3] = ["connection closed", "model cleared", "shutdown noted"];

/// A start-up without a server, whose ticks take no time worth naming.
fn startup() -> Startup {
    Startup {
        tick: Tick::from_ms(1),
        events: EventLog::default(),
        fail_at: None,
        shutdown_log: None,
    }
}

/// A server on this test's runtime, whose ticks take no time worth naming.
async fn bind() -> Server {
    let options = Options { port: 0, tick_ms: 1, ..Options::default() };
    Server::bind(options).await.expect("a free port")
}

/// The whole lesson on this test's runtime, told to stop before it starts: its outcome and
/// its events.
async fn start_and_stop(shutdown_log: Option<String>) -> (Result<()>, Vec<String>) {
    let server = bind().await;
    let events = server.events();
    server.shutdown_token().cancel();
    let startup = Startup::new(&server, None, shutdown_log).expect("a start-up");
    let outcome = lesson_lifespan::lesson(server, startup).await;
    (outcome, events.lines())
}
