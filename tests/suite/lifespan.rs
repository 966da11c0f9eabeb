//! The claims of `lessons/lifespan/README.md`, in its order.

mod failures;
mod model;
mod older_events;
mod real;
mod scopes;
mod shutdown;
mod sub_apps;

use lesson_lifespan::startup::Startup;
use lesson_support::{EventLog, Result, Server, Settings, Tick};
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
    Startup { tick: Tick::from_ms(1), events: EventLog::default(), fail_at: None }
}

/// The whole lesson on this test's runtime, told to stop before it starts: its outcome and
/// its events.
async fn start_and_stop(variables: &[(&str, &str)]) -> (Result<()>, Vec<String>) {
    let variables =
        variables.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect();
    let settings = Settings { port: 0, tick: Tick::from_ms(1), variables, ..Settings::default() };
    let server = Server::bind(settings).await.expect("a free port");
    let events = server.events();
    server.shutdown_token().cancel();
    let outcome = lesson_lifespan::lesson(server).await;
    (outcome, events.lines())
}
