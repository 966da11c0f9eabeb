//! The claims of `lessons/lifespan/README.md`, in its order.

mod failures;
mod model;
mod older_events;
mod real;
mod scopes;
mod shutdown;
mod sub_apps;

use lesson_lifespan::startup::Startup;
use lesson_support::{EventLog, Tick};
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
