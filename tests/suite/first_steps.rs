//! The claims of `lessons/first-steps/README.md`, in its order.

mod answers;
mod fifteen;
mod half_closed;
mod manifest;
mod program;
mod shutdown;

use std::time::Duration;

use lesson_tests::TestServer;

/// Nothing in the lesson waits for ticks.
const TICK: Duration = Duration::from_millis(10);

async fn start() -> TestServer {
    TestServer::start("first-steps").await
}
