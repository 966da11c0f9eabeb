//! Async tests: what `#[tokio::test]` does, and what must not block inside it.

use std::future::pending;
use std::panic;
use std::sync::Arc;

use axum::http::StatusCode;
use tokio::runtime::{Handle, Runtime, RuntimeFlavor};

use crate::client::TestClient;
use crate::state::fresh_app;

#[tokio::test]
async fn te_21_the_attribute_runs_an_async_test() {
    let response = TestClient::new(fresh_app()).get("/async/").await;
    assert_eq!(response.status, StatusCode::OK);
    assert_eq!(response.body, r#"{"message":"Tomato"}"#);
}

// ANCHOR: by-hand
#[test]
fn te_21_without_the_attribute_a_runtime_blocks_on_the_future() {
    let response = Runtime::new()
        .unwrap()
        .block_on(async { TestClient::new(fresh_app()).get("/async/").await });
    assert_eq!(response.status, StatusCode::OK);
}
// ANCHOR_END: by-hand

// ANCHOR: flavor
#[tokio::test]
async fn te_22_a_test_has_a_runtime_with_one_thread() {
    assert_eq!(Handle::current().runtime_flavor(), RuntimeFlavor::CurrentThread);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn te_22_a_test_can_ask_for_more_threads() {
    assert_eq!(Handle::current().runtime_flavor(), RuntimeFlavor::MultiThread);
    assert_eq!(Handle::current().metrics().num_workers(), 2);
}
// ANCHOR_END: flavor

// ANCHOR: left
#[test]
fn te_22_a_task_that_is_left_running_ends_with_the_runtime() {
    let held = Arc::new(());
    let runtime = Runtime::new().unwrap();
    runtime.block_on(async {
        let held = held.clone();
        tokio::spawn(async move {
            pending::<()>().await;
            drop(held);
        });
    });
    drop(runtime);
    assert_eq!(Arc::strong_count(&held), 1); // the task and its clone are gone
}
// ANCHOR_END: left

// ANCHOR: blocking
#[tokio::test]
async fn te_25_blocking_on_a_future_inside_an_async_test_panics() {
    let blocked = panic::catch_unwind(|| {
        let answer = async { TestClient::new(fresh_app()).get("/async/").await };
        Handle::current().block_on(answer).status
    });
    let message = *blocked.unwrap_err().downcast::<&str>().unwrap();
    assert!(message.starts_with("Cannot start a runtime from within a runtime."), "{message}");
}
// ANCHOR_END: blocking

// ANCHOR: spawn-blocking
#[tokio::test]
async fn te_25_on_a_blocking_thread_it_works() {
    let runtime = Handle::current();
    let blocked = tokio::task::spawn_blocking(move || {
        runtime.block_on(async { TestClient::new(fresh_app()).get("/async/").await.status })
    });
    assert_eq!(blocked.await.unwrap(), StatusCode::OK);
}
// ANCHOR_END: spawn-blocking
