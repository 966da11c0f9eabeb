//! The three handlers, their threads, and the slots.

use std::sync::mpsc;
use std::time::Duration;

use futures_util::future::join_all;
use futures_util::poll;
use lesson_async::limits::Slots;
use lesson_async::{BLOCKING_THREADS, app};
use lesson_tests::answer::Clock;
use lesson_tests::{TestServer, expect, fastapi, paused, rust, rust_only};
use tokio::join;
use tokio::time::{sleep, timeout};

use super::{
    answered, assert_holds_nobody_up, assert_one_delay, assert_rounds_of, at_once, in_some_tries,
    slow_and_ping, start, start_with_long_ticks, state,
};

#[tokio::test]
async fn as_01_ten_that_await_take_one_delay() {
    let server = start_with_long_ticks().await;
    assert_one_delay(&server, "/only-async/async").await;
}

#[tokio::test(start_paused = true)]
async fn as_01_the_delay_is_exact_under_a_paused_clock() {
    rust_only!("pauses the clock");
    let app = app(state());
    let answers = join_all((0..10).map(|_| paused::get(&app, "/only-async/async"))).await;
    let times = join_all(answers.into_iter().map(answered)).await;
    assert_eq!(times, [10.0; 10]);
}

#[tokio::test]
async fn as_02_ten_that_block_threads_of_the_pool_take_one_delay() {
    let server = start_with_long_ticks().await;
    assert_one_delay(&server, "/both/async").await;
    assert_one_delay(&server, "/both/sync").await;
}

#[tokio::test]
async fn as_03_blocking_work_runs_on_another_thread() {
    let server = start().await;
    for (path, body) in
        [("/where/async", r#"{"main_thread":true}"#), ("/where/sync", r#"{"main_thread":false}"#)]
    {
        let answer = server.get(path).await;
        assert_eq!(answer.status, 200, "{path}");
        assert_eq!(answer.content_type(), Some("application/json"), "{path}");
        assert_eq!(answer.text().await, body, "{path}");
    }
}

#[tokio::test]
async fn as_04_forty_block_at_a_time_and_the_others_wait() {
    let server = start_with_long_ticks().await;
    // FastAPI's pool tells its size. tokio's doesn't, so here only the rounds below show it.
    let size = server.get("/where/pool-size").await.text().await;
    assert_eq!(size, expect(rust(r#"{"detail":"Not Found"}"#), fastapi("40")));
    assert_eq!(BLOCKING_THREADS, 40);
    let fifty_at_once = async || {
        let times = at_once(&server, "/both/sync", 50).await;
        assert_rounds_of(40, &times);
        times
    };
    let together = |times: &[f64]| times[times.len() - 1] - times[0] < 9.0;
    let in_two_rounds = |times: &Vec<f64>| together(&times[..40]) && together(&times[40..]);
    in_some_tries("fewer than forty at a time", fifty_at_once, in_two_rounds).await;
}

#[tokio::test]
async fn as_05_ten_that_block_the_only_worker_come_one_after_the_other() {
    let server = start().await;
    let ten_at_once = async || {
        let times = at_once(&server, "/blocking/async-blocking", 10).await;
        assert_rounds_of(1, &times);
        times
    };
    in_some_tries("more than one delay each", ten_at_once, |times| times[9] < 150.0).await;
}

#[tokio::test]
async fn as_06_while_a_handler_blocks_the_only_worker_nothing_else_is_served() {
    let server = start_with_long_ticks().await;
    for path in ["/both/async", "/both/sync"] {
        assert_holds_nobody_up(&server, path).await;
    }
    let slow_and_ping = async || slow_and_ping(&server, "/blocking/async-blocking").await;
    in_some_tries("the ping was served meanwhile", slow_and_ping, |(_, ping)| *ping > 9.5).await;
}

#[tokio::test]
async fn as_07_a_handler_that_returns_nothing_answers_null() {
    let server = start().await;
    let answer = server.get("/only-async/async").await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.content_type(), Some("application/json"));
    assert_eq!(answer.header("content-length"), Some("4"));
    assert!(answer.head_at > 9.5, "the head comes with the answer: {}", answer.head_at);
    assert_eq!(answer.text().await, "null");
}

#[tokio::test]
async fn as_08_handed_to_the_pool_blocking_work_holds_nobody_up() {
    let server = start_with_long_ticks().await;
    assert_one_delay(&server, "/blocking/handed-to-a-thread").await;
    assert_holds_nobody_up(&server, "/blocking/handed-to-a-thread").await;
}

/// Without slots of their own, 50 requests would fill the pool of 40 and hold up the other one.
#[tokio::test]
async fn as_26_work_with_its_own_slots_leaves_threads_to_others() {
    let server = start_with_long_ticks().await;
    let fifty_and_another = async || {
        let clock = Clock::start(server.tick());
        let (times, other) = join!(at_once(&server, "/bounded/sync", 50), async {
            sleep(server.tick() * 2).await;
            let place = server.get("/where/sync").await.text().await;
            assert_eq!(place, r#"{"main_thread":false}"#);
            clock.ticks()
        });
        assert_rounds_of(20, &times);
        (times, other)
    };
    let is_right = |(times, other): &(Vec<f64>, f64)| *other < times[0] - 1.0 && times[49] < 60.0;
    in_some_tries("the other one waited for a thread", fifty_and_another, is_right).await;
}

#[tokio::test]
async fn as_26_a_slot_is_taken_until_the_thread_is_done() {
    rust_only!("looks inside");
    let slots = Slots::new(1);
    let (begin, begun) = mpsc::channel();
    let (open, gate) = mpsc::channel::<()>();
    let mut blocked = Box::pin(slots.run(move || {
        begin.send(()).expect("the test waits");
        gate.recv().is_ok()
    }));
    assert!(poll!(&mut blocked).is_pending());
    begun.recv().expect("the work begins");
    drop(blocked); // the client leaves, and its thread goes on

    let mut waiting = Box::pin(slots.run(|| ()));
    let early = timeout(Duration::from_millis(100), &mut waiting).await;
    assert!(early.is_err(), "the slot was free");
    drop(waiting); // leaves before its turn, and takes no slot with it

    open.send(()).expect("the thread waits");
    let next = timeout(Duration::from_secs(10), slots.run(|| "done")).await;
    assert_eq!(next.expect("a free slot").expect("no panic"), "done");
}

#[tokio::test]
async fn as_09_a_client_that_waits_for_each_answer_needs_a_delay_for_each() {
    let server = start().await;
    let mut times = Vec::new();
    for _ in 0..3 {
        let before = times.last().copied().unwrap_or_default();
        times.push(before + answered(server.get("/only-async/async").await).await);
    }
    assert_rounds_of(1, &times);
    assert!(times[2] < 60.0, "more than one delay each: {times:?}");
}

#[tokio::test]
async fn as_13_a_sleep_that_nobody_awaits_doesnt_happen() {
    // On a busy machine, an answer can take a while, but not ten seconds.
    let server = TestServer::start_with("async", &[("LESSON_TICK_MS", "1000")]).await;
    let time = answered(server.get("/blocking/not-awaited").await).await;
    assert!(time < 9.5, "it waited: {time}");
}
