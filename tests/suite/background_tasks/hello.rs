//! One task: blocking, async, and the two pitfalls.

use lesson_tests::TestServer;
use lesson_tests::answer::Clock;
use tokio::time::sleep;

use super::{asked, assert_json, start};

/// When the event came, in ticks since the request was sent.
async fn hello_at(server: &TestServer, path: &str) -> f64 {
    let clock = Clock::start(server.tick());
    assert_json(server.get(path).await, "null").await;
    let events = server.events_with("Hello World!").await;
    assert_eq!(events, ["Hello World!"]);
    clock.ticks()
}

#[tokio::test]
async fn bg_01_the_client_does_not_wait_for_the_task() {
    let server = start().await;
    let clock = Clock::start(server.tick());
    assert!(asked(&server, "/sync/", "null").await.is_empty());
    assert!(clock.ticks() < 9.0, "waited for {} ticks", clock.ticks());
    assert_eq!(server.events_with("Hello World!").await, ["Hello World!"]);
    assert!(clock.ticks() > 9.5, "done after {} ticks", clock.ticks());
}

#[tokio::test]
async fn bg_02_a_parameter_is_enough_for_each_request_to_add_a_task() {
    let server = start().await;
    // Twice: nothing is left of the first request.
    for _ in 0..2 {
        assert_json(server.get("/sync/").await, "null").await;
        assert_eq!(server.events_with("Hello World!").await, ["Hello World!"]);
        server.delete("/_events").await;
    }
}

#[tokio::test]
async fn bg_08_a_sleep_without_await_does_not_pause() {
    let server = start().await;
    let at = hello_at(&server, "/async-unawaited/").await;
    assert!(at < 9.0, "paused for {at} ticks");
}

#[tokio::test]
async fn bg_09_an_async_task_that_awaits_does_the_same_as_a_blocking_one() {
    let server = start().await;
    assert!(asked(&server, "/async-awaited/", "null").await.is_empty());
    let at = hello_at_again(&server).await;
    assert!(at > 9.5, "paused for {at} ticks");
}

/// The same once more, on an empty log.
async fn hello_at_again(server: &TestServer) -> f64 {
    server.events_with("Hello World!").await;
    server.delete("/_events").await;
    hello_at(server, "/async-awaited/").await
}

/// How many ticks a ping took that was sent two ticks after a request.
async fn ping_two_ticks_after(server: &TestServer, path: &str) -> f64 {
    assert_json(server.get(path).await, "null").await;
    sleep(server.tick() * 2).await;
    let clock = Clock::start(server.tick());
    assert_json(server.get("/ping").await, r#""pong""#).await;
    clock.ticks()
}

/// A tick of its own: on a busy machine the ping must be sent while the task runs.
const LONG_TICK: [(&str, &str); 1] = [("LESSON_TICK_MS", "50")];

#[tokio::test]
async fn bg_10_a_task_that_blocks_a_thread_of_its_own_holds_up_nobody() {
    let server = TestServer::start_with("background-tasks", &LONG_TICK).await;
    for path in ["/sync/", "/async-awaited/"] {
        let took = ping_two_ticks_after(&server, path).await;
        assert!(took < 5.0, "{path}: the ping took {took} ticks");
        server.events_with("Hello World!").await;
    }
}

#[tokio::test]
async fn bg_10_an_async_task_that_blocks_stops_the_whole_server() {
    let server = TestServer::start_with("background-tasks", &LONG_TICK).await;
    let took = ping_two_ticks_after(&server, "/async-blocking/").await;
    // Sent at tick 2, answered when the task is over.
    assert!(took > 5.0, "the ping took {took} ticks");
    assert_eq!(server.events().await, ["Hello World!"]);
}

#[tokio::test]
async fn bg_38_when_all_places_are_taken_a_client_must_come_back_later() {
    // Ticks of its own: on a busy machine five requests can take several.
    let server = TestServer::start_with("background-tasks", &[("LESSON_TICK_MS", "150")]).await;
    for _ in 0..4 {
        assert_json(server.get("/sync-bounded/").await, "null").await;
    }
    let answer = server.get("/sync-bounded/").await;
    assert_eq!((answer.status, answer.header("retry-after")), (503, Some("1")));
    assert_eq!(answer.content_type(), Some("application/json"));
    assert_eq!(answer.text().await, r#"{"detail":"Too many tasks"}"#);
    assert!(server.events().await.is_empty());
    server.events_with("Hello World!").await;
    // A place is free a moment after its task has written that line.
    while server.get("/sync-bounded/").await.status != 200 {}
}
