//! The claims of the async lesson, which `lessons/async/docs/claims.md` lists.

mod cpu;
mod handlers;
mod leaving;
mod reports;
mod timeline;
mod together;
mod watchdog;
mod workers;

use std::fmt::Debug;
use std::time::Duration;

use futures_util::future::join_all;
use lesson_async::AppState;
use lesson_async::limits::Limits;
use lesson_support::{EventLog, Tick};
use lesson_tests::answer::Clock;
use lesson_tests::{Answer, Target, TestServer};
use tokio::join;
use tokio::time::sleep;
use tokio_util::task::TaskTracker;

async fn start() -> TestServer {
    TestServer::start("async").await
}

/// For tests in which a busy machine must not lose a tick or two.
async fn start_with_long_ticks() -> TestServer {
    // A learner waits for them, on a machine with less to do.
    let ms = if is_a_learners() { "20" } else { "50" };
    TestServer::start_with("async", &[("LESSON_TICK_MS", ms)]).await
}

fn is_a_learners() -> bool {
    matches!(Target::current(), Target::Program(_))
}

/// A state without a server, for tests that call the lesson in process.
fn state() -> AppState {
    AppState {
        tick: Tick::from_ms(1000),
        events: EventLog::default(),
        read_timeout: Duration::from_secs(30),
        limits: Limits::with_cores(1),
        tasks: TaskTracker::new(),
    }
}

/// Sends requests at once, and returns when they were answered, the first one first.
async fn at_once(server: &TestServer, path: &str, count: usize) -> Vec<f64> {
    let requests = (0..count).map(async |_| answered(server.get(path).await).await);
    let mut times = join_all(requests).await;
    times.sort_by(f64::total_cmp);
    times
}

/// Asserts that an answer is `null`, and returns when it was complete.
async fn answered(answer: Answer) -> f64 {
    assert_eq!(answer.status, 200);
    assert_eq!(answer.content_type(), Some("application/json"));
    let body = answer.rest().await;
    assert_eq!(body.text(), "null");
    body.ended_at
}

/// When a slow request is answered, and a ping that's sent two ticks later.
async fn slow_and_ping(server: &TestServer, path: &str) -> (f64, f64) {
    let slow = async { answered(server.get(path).await).await };
    join!(slow, ping_in_two_ticks(server))
}

/// Asserts that a slow request leaves others alone: a ping is answered before it.
async fn assert_holds_nobody_up(server: &TestServer, path: &str) {
    let slow_and_ping = async || slow_and_ping(server, path).await;
    let fault = "a ping waited for it; in ticks, the answer and the ping took";
    in_some_tries(fault, slow_and_ping, |(slow, ping)| *ping < slow - 1.0).await;
}

/// Asserts that ten requests take one delay together, not one each.
async fn assert_one_delay(server: &TestServer, path: &str) {
    let ten_at_once = async || {
        let times = at_once(server, path, 10).await;
        assert!(times[0] > 9.5, "answered before ten ticks were over: {times:.1?}");
        times
    };
    let fault = "ten requests at once waited for each other; in ticks, they took";
    in_some_tries(fault, ten_at_once, |times| times[9] < 30.0).await;
}

/// Tries again if something is too late, as anything can be on a busy machine. A learner doesn't
/// wait so often for what's always too late.
async fn in_some_tries<T: Debug>(
    fault: &str,
    mut attempt: impl AsyncFnMut() -> T,
    is_right: impl Fn(&T) -> bool,
) {
    let most = if is_a_learners() { 2 } else { 5 };
    let mut tries = Vec::new();
    while !tries.last().is_some_and(&is_right) {
        assert!(tries.len() < most, "{fault}: {tries:.1?}");
        tries.push(attempt().await);
    }
}

/// When a ping that's sent in two ticks is answered, in ticks from now.
async fn ping_in_two_ticks(server: &TestServer) -> f64 {
    let clock = Clock::start(server.tick());
    sleep(server.tick() * 2).await;
    // On a busy machine it's later than that.
    let sent_at = clock.ticks();
    sent_at + pong(server.get("/ping").await).await
}

async fn pong(answer: Answer) -> f64 {
    let body = answer.rest().await;
    assert_eq!(body.text(), r#""pong""#);
    body.ended_at
}

/// Asserts that no more than `width` requests were served within each delay.
fn assert_rounds_of(width: usize, times: &[f64]) {
    for (index, time) in times.iter().enumerate() {
        let round = 1 + index / width;
        let earliest = 10.0 * round as f64 - 0.5;
        assert!(*time > earliest, "more than {width} at a time: {times:?}");
    }
}
