//! The list: order, failures, refusals, dependencies, responses with tasks of their own.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::get;
use lesson_support::{AfterResponse, BackgroundTasks, EventLog, request_scope};
use lesson_tests::{expect, fastapi, paused, rust, rust_only};

use super::shutdown::start_program;
use super::{asked, assert_json, start};

const STORED: &str = "3 tasks stored, none run";

#[tokio::test]
async fn bg_02_each_request_has_a_list_of_its_own() {
    let server = start().await;
    for _ in 0..2 {
        // The handler answers how many tasks its list has.
        assert_json(server.get("/shared/").await, "1").await;
        assert_eq!(server.events_with("handler's own task").await, ["handler's own task"]);
        server.delete("/_events").await;
    }
}

#[tokio::test]
async fn bg_03_adding_a_task_only_stores_it() {
    let server = start().await;
    assert_eq!(asked(&server, "/several/in-order", r#""queued""#).await, [STORED]);
}

#[tokio::test]
async fn bg_04_tasks_run_one_by_one_in_the_order_of_adding() {
    let server = start().await;
    let clock = lesson_tests::answer::Clock::start(server.tick());
    assert_json(server.get("/several/in-order").await, r#""queued""#).await;
    let events = server.events_with("third").await;
    assert_eq!(events, [STORED, "first!", "second", "third"]);
    // 3 + 2 + 1 ticks: side by side it would be 3.
    assert!(clock.ticks() > 5.5, "done after {} ticks", clock.ticks());
}

#[tokio::test]
async fn bg_05_a_list_needs_the_layer_that_runs_it() {
    rust_only!("builds a router of its own");
    let events = EventLog::default();
    let log = events.clone();
    let handler = async move |tasks: BackgroundTasks| {
        tasks.add_task(async move { log.add("task") });
        "added"
    };
    let router = Router::new().route("/", get(handler));

    let answer = paused::get(&router, "/").await;
    assert_eq!((answer.status, answer.text().await.as_str()), (500, "Internal Server Error"));
    let router = router.layer(from_fn_with_state(AfterResponse::default(), request_scope));
    let answer = paused::get(&router, "/").await;
    assert_eq!((answer.status, answer.text().await.as_str()), (200, "added"));
    until(|| events.lines() == ["task"]).await;
}

#[tokio::test]
async fn bg_11_a_failing_task_ends_its_list_after_the_response() {
    let server = start().await;
    assert_json(server.get("/several/failing").await, r#""queued""#).await;
    let events = server.events_with("breaking down").await;
    assert_eq!(events, ["before", "breaking down"]);
    // The next request's tasks run, and the dropped one does not.
    assert_json(server.get("/several/growing").await, r#""queued""#).await;
    let events = server.events_with("added by the first").await;
    assert_eq!(events[2..], ["first", "second", "added by the first"]);
}

#[tokio::test]
async fn bg_11_the_failure_of_a_task_is_in_the_log() {
    lesson_tests::own_server_only!("reads the log of the real program");
    let program = start_program(10, &[]).await;
    assert_json(program.get("/several/failing").await, r#""queued""#).await;
    program.log_line(expect(
        rust("WARN request{method=GET path=/several/failing}: background tasks that never started dropped=1"),
        fastapi("Exception in ASGI application"),
    ));
    program.log_line(expect(
        rust(
            "ERROR request{method=GET path=/several/failing}: failed after the response error=\"task failed\"",
        ),
        fastapi("RuntimeError: task failed"),
    ));
    assert_eq!(program.get("/ping").await.status, 200);
}

#[tokio::test]
async fn bg_11_a_panic_is_a_failure_too() {
    rust_only!("builds a router of its own");
    let events = EventLog::default();
    let log = events.clone();
    let owners = Arc::new(());
    let owner = Arc::clone(&owners);
    let handler = async move |tasks: BackgroundTasks| {
        let (before, after) = (log.clone(), log);
        tasks.add_task(async move { before.add("before") });
        tasks.add_blocking_task(|| -> () { panic!("in a blocking task") });
        tasks.add_task(async move {
            let _owner = owner;
            after.add("never");
        });
        "queued"
    };
    let router = Router::new()
        .route("/", get(handler))
        .layer(from_fn_with_state(AfterResponse::default(), request_scope));
    let answer = paused::get(&router, "/").await;
    drop(router);
    assert_eq!(answer.text().await, "queued");
    // The list is over when nobody holds what its last task would have used.
    until(|| Arc::strong_count(&owners) == 1).await;
    assert_eq!(events.lines(), ["before"]);
}

/// Waits for something that happens in this process.
async fn until(happened: impl Fn() -> bool) {
    let started = Instant::now();
    while !happened() {
        assert!(started.elapsed() < Duration::from_secs(10), "it never happens");
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

#[tokio::test]
async fn bg_12_a_handler_that_refuses_drops_its_tasks() {
    let server = start().await;
    let answer = server.get("/several/refused").await;
    assert_eq!((answer.status, answer.content_type()), (400, Some("application/json")));
    assert_eq!(answer.text().await, r#"{"detail":"refused"}"#);
    // Tasks of a later request come after what the refused one could have added.
    assert_json(server.get("/several/growing").await, r#""queued""#).await;
    let events = server.events_with("added by the first").await;
    assert_eq!(events, ["first", "second", "added by the first"]);
}

#[tokio::test]
async fn bg_13_dependencies_and_handler_share_one_list() {
    let server = start().await;
    assert_json(server.get("/shared/?q=abc").await, "2").await;
    let events = server.events_with("handler's own task").await;
    assert_eq!(events, ["query was abc", "handler's own task"]);
}

#[tokio::test]
async fn bg_13_a_dependency_may_add_nothing_or_an_empty_text() {
    let server = start().await;
    assert_json(server.get("/shared/").await, "1").await;
    assert_eq!(server.events_with("handler's own task").await, ["handler's own task"]);
    server.delete("/_events").await;
    assert_json(server.get("/shared/?q=").await, "2").await;
    let events = server.events_with("handler's own task").await;
    assert_eq!(events, ["query was ", "handler's own task"]);
}

#[tokio::test]
async fn bg_14_a_response_may_bring_a_task_of_its_own() {
    let server = start().await;
    assert_json(server.get("/by-hand/own").await, r#""own""#).await;
    let events = server.events_with("the response's own task").await;
    assert_eq!(events, ["the response's own task"]);
}

#[tokio::test]
async fn bg_14_injected_tasks_run_before_the_responses_own() {
    let server = start().await;
    assert_json(server.get("/by-hand/both").await, r#""both""#).await;
    let events = server.events_with("the response's own task").await;
    let all = expect(
        rust(vec!["the injected task", "the response's own task"]),
        fastapi(vec!["the response's own task"]),
    );
    assert_eq!(events, all);
}

#[tokio::test]
async fn bg_17_a_task_may_add_tasks_and_they_come_last() {
    let server = start().await;
    assert_json(server.get("/several/growing").await, r#""queued""#).await;
    let events = server.events_with("added by the first").await;
    assert_eq!(events, ["first", "second", "added by the first"]);
}
