//! The claims of `lessons/lifespan/docs/claims.md`.

mod connection;
mod examples;
mod failures;
mod model;
mod real;
mod shutdown;
mod sub_apps;
mod two_functions;

use lesson_lifespan::startup::Startup;
use lesson_support::{EventLog, Tick};
use lesson_tests::{Target, TestServer};

async fn start() -> TestServer {
    TestServer::start("lifespan").await
}

/// The events when the first request is answered.
const STARTED: [&str; 3] = ["items filled", "model loaded", "connection opened"];

/// What the shutdown adds, in reverse order.
const STOPPED: [&str; 3] = ["connection closed", "model cleared", "shutdown noted"];

/// What the older style adds. `just learn lifespan` doesn't ask for it.
const OF_THE_OLDER_STYLE: [&str; 2] = ["items filled", "shutdown noted"];

/// Those of the events that the target has.
fn of_target<'a>(events: &[&'a str]) -> Vec<&'a str> {
    let is_learners = matches!(Target::current(), Target::Program(_));
    let has = |event: &&str| !(is_learners && OF_THE_OLDER_STYLE.contains(event));
    events.iter().copied().filter(has).collect()
}

/// A start-up without a server, with ticks of a millisecond.
fn startup() -> Startup {
    Startup {
        tick: Tick::from_ms(1),
        events: EventLog::default(),
        fail_at: None,
        shutdown_log: None,
    }
}
