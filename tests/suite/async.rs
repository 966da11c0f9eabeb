//! The claims of `lessons/async/README.md`, in its order.

mod cpu;
mod exercise;
mod handlers;
mod leaving;
mod timeline;
mod watchdog;
mod workers;

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use lesson_async::AppState;
use lesson_async::bounded::PLACES;
use lesson_async::cores::Cores;
use lesson_support::{EventLog, Tick};
use lesson_tests::answer::Clock;
use lesson_tests::server::{client, send};
use lesson_tests::{Answer, TestServer};
use tokio::join;
use tokio::sync::Semaphore;
use tokio::time::sleep;
use tokio_util::task::TaskTracker;

async fn start() -> TestServer {
    TestServer::start("async").await
}

/// For what a tick or two of a busy machine would blur.
async fn start_with_long_ticks() -> TestServer {
    TestServer::start_with("async", &[("LESSON_TICK_MS", "50")]).await
}

/// The lesson's state without a server, for tests that call it in process.
fn state() -> AppState {
    AppState {
        tick: Tick::from_ms(1000),
        events: EventLog::default(),
        read_timeout: Duration::from_secs(30),
        places: Arc::new(Semaphore::new(PLACES)),
        cores: Cores::new(1).expect("a thread"),
        tasks: TaskTracker::new(),
    }
}

/// Sends requests at once; returns when they were answered, the first one first.
async fn at_once(server: &TestServer, path: &str, count: usize) -> Vec<f64> {
    at_once_to(server.base_url(), server.tick(), path, count).await
}

/// The same to a server of the test's own.
async fn at_once_to(base_url: &str, tick: Duration, path: &str, count: usize) -> Vec<f64> {
    let client = client();
    let requests = (0..count).map(|_| {
        let request = client.get(format!("{base_url}{path}"));
        async { answered(send(request, tick).await).await }
    });
    let mut times = join_all(requests).await;
    times.sort_by(f64::total_cmp);
    times
}

/// When an answer was complete; it must be a `null`.
async fn answered(answer: Answer) -> f64 {
    assert_eq!(answer.status, 200);
    assert_eq!(answer.content_type(), Some("application/json"));
    let body = answer.rest().await;
    assert_eq!(body.text(), "null");
    body.ended_at
}

/// When a slow request is answered, and a ping that is sent two ticks after it.
async fn slow_and_ping(server: &TestServer, path: &str) -> (f64, f64) {
    let slow = async { answered(server.get(path).await).await };
    join!(slow, ping_in_two_ticks(server))
}

/// When a ping is answered that is sent in two ticks, in ticks from now.
async fn ping_in_two_ticks(server: &TestServer) -> f64 {
    let clock = Clock::start(server.tick());
    sleep(server.tick() * 2).await;
    // On a busy machine it is later than that.
    let sent_at = clock.ticks();
    sent_at + pong(server.get("/ping").await).await
}

async fn pong(answer: Answer) -> f64 {
    let body = answer.rest().await;
    assert_eq!(body.text(), r#""pong""#);
    body.ended_at
}

/// Asserts that all requests took one delay, and not one after the other.
fn assert_one_delay(times: &[f64]) {
    assert!(times[0] > 9.5, "too early: {times:?}");
    assert!(times[times.len() - 1] < 30.0, "not at the same time: {times:?}");
}

/// Asserts that no more than `width` requests were served in the time of one delay.
fn assert_rounds_of(width: usize, times: &[f64]) {
    for (index, time) in times.iter().enumerate() {
        let round = 1 + index / width;
        let earliest = 10.0 * round as f64 - 0.5;
        assert!(*time > earliest, "more than {width} at a time: {times:?}");
    }
}
