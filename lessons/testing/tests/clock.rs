//! Time under tokio's paused clock: exact, and over in a moment.

use std::thread;
use std::time::{Duration, Instant as RealInstant, SystemTime};

use tokio::task::spawn_blocking;
use tokio::time::{Instant, sleep, timeout};

use crate::client::TestClient;
use crate::state::fresh_app;

// ANCHOR: paused
#[tokio::test(start_paused = true)]
async fn te_36_ten_seconds_pass_in_no_time() {
    let (started, really_started) = (Instant::now(), RealInstant::now());
    let response = TestClient::new(fresh_app()).get("/slow/").await;
    assert_eq!(response.body, r#""done""#);
    assert_eq!(started.elapsed(), Duration::from_secs(10));
    assert!(really_started.elapsed() < Duration::from_secs(5));
}
// ANCHOR_END: paused

// ANCHOR: ten
#[tokio::test(start_paused = true)]
async fn te_36_ten_requests_at_once_take_as_long_as_one() {
    let app = fresh_app();
    let started = Instant::now();
    let requests = (0..10).map(|_| {
        let client = TestClient::new(app.clone());
        async move { client.get("/slow/").await }
    });
    futures_util::future::join_all(requests).await;
    assert_eq!(started.elapsed(), Duration::from_secs(10));
}
// ANCHOR_END: ten

#[tokio::test(start_paused = true)]
async fn te_36_the_time_of_day_is_not_paused() {
    let before = SystemTime::now();
    sleep(Duration::from_secs(12 * 3600)).await;
    // Half a day for tokio, a moment for the machine.
    assert!(before.elapsed().unwrap() < Duration::from_secs(3600));
}

#[tokio::test(start_paused = true)]
async fn te_36_the_clock_waits_for_blocking_work() {
    let work = spawn_blocking(|| thread::sleep(Duration::from_millis(20)));
    // If the clock jumped, the minute would be over at once.
    timeout(Duration::from_secs(60), work).await.unwrap().unwrap();
}
