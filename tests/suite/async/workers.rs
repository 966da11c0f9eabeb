//! More workers, and `block_in_place`.

use lesson_async::app;
use lesson_tests::server::{client, send};
use lesson_tests::{TestServer, paused, rust_only};
use reqwest::Client;
use tokio::join;
use tokio::time::sleep;

use super::{
    assert_holds_nobody_up, assert_one_delay, assert_rounds_of, at_once, in_some_tries,
    ping_in_two_ticks, start_with_long_ticks, state,
};

async fn start_with_workers(workers: usize) -> TestServer {
    TestServer::start_with("async", &[("LESSON_WORKERS", &workers.to_string())]).await
}

#[tokio::test]
async fn as_10_each_worker_blocks_for_itself() {
    rust_only!("sets the number of workers");
    let (two, four) = join!(blocked_with(2), blocked_with(4));
    assert_rounds_of(2, &two);
    assert!(two[9] < 90.0, "two workers do not share: {two:?}");
    assert_rounds_of(4, &four);
    assert!(four[9] < 60.0, "four workers do not share: {four:?}");
}

async fn blocked_with(workers: usize) -> Vec<f64> {
    let server = start_with_workers(workers).await;
    at_once(&server, "/blocking/async-blocking", 10).await
}

/// A request on an open connection wakes the worker that waits for the sockets. While that one
/// is blocked, usually no other worker takes its place, so the test tries several times.
#[tokio::test]
async fn as_11_one_blocked_worker_of_four_can_hold_up_everybody() {
    rust_only!("sets the number of workers");
    let server = start_with_workers(4).await;
    let keeps_its_connection = Client::builder().no_proxy().build().expect("a client");
    let get = async |client: &Client, path: &str| {
        let request = client.get(format!("{}{path}", server.base_url()));
        send(request, server.tick()).await.rest().await.ended_at
    };
    let mut waited = Vec::new();
    while waited.last().is_none_or(|ticks| *ticks < 5.0) {
        assert!(waited.len() < 10, "three idle workers served the ping: {waited:?}");
        get(&keeps_its_connection, "/ping").await;
        let blocking = get(&keeps_its_connection, "/blocking/async-blocking");
        let ping = async {
            sleep(server.tick() * 2).await;
            get(&client(), "/ping").await
        };
        let (_, ticks) = join!(blocking, ping);
        waited.push(ticks);
    }
}

#[tokio::test]
async fn as_12_block_in_place_hands_the_others_over_first() {
    let server = start_with_long_ticks().await;
    assert_one_delay(&server, "/blocking/in-place").await;
    assert_holds_nobody_up(&server, "/blocking/in-place").await;
}

#[tokio::test]
async fn as_12_without_a_free_thread_of_the_pool_the_others_wait() {
    rust_only!("sets the size of the pool");
    let variables = [("LESSON_BLOCKING_THREADS", "1"), ("LESSON_TICK_MS", "50")];
    let server = TestServer::start_with("async", &variables).await;
    // The first makes the pool's only thread the worker, and the second blocks it there.
    let two_and_ping =
        async || join!(at_once(&server, "/blocking/in-place", 2), ping_in_two_ticks(&server));
    in_some_tries("a worker was left for the ping", two_and_ping, |(times, ping)| {
        times[1] < 30.0 && *ping > 9.5
    })
    .await;
}

#[tokio::test]
async fn as_12_on_a_current_thread_runtime_it_panics() {
    rust_only!("calls the lesson in process");
    // A layer of the app catches the panic and answers 500.
    assert_eq!(paused::get(&app(state()), "/blocking/in-place").await.status, 500);
}
