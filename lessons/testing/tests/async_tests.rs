//! Tests that wait: what `#[tokio::test]` is, and what blocks inside it.

use std::future::pending;
use std::panic;
use std::sync::Arc;

use axum::http::StatusCode;
use tokio::runtime::{Handle, Runtime, RuntimeFlavor};

use crate::client::TestClient;
use crate::state::fresh_app;

// ANCHOR: async
#[tokio::test]
async fn te_21_the_attribute_awaits_the_test() {
    let response = TestClient::new(fresh_app()).get("/async/").await;
    assert_eq!(response.status, StatusCode::OK);
    assert_eq!(response.body, r#"{"message":"Tomato"}"#);
}

/// The same without the attribute: a runtime, and a future for it to drive.
#[test]
fn te_21_by_hand_it_is_a_runtime_and_block_on() {
    let response = Runtime::new()
        .unwrap()
        .block_on(async { TestClient::new(fresh_app()).get("/async/").await });
    assert_eq!(response.status, StatusCode::OK);
}
// ANCHOR_END: async

// ANCHOR: flavor
#[tokio::test]
async fn te_22_a_test_has_one_runtime_of_one_thread() {
    assert_eq!(Handle::current().runtime_flavor(), RuntimeFlavor::CurrentThread);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn te_22_or_of_as_many_as_it_asks_for() {
    assert_eq!(Handle::current().runtime_flavor(), RuntimeFlavor::MultiThread);
    assert_eq!(Handle::current().metrics().num_workers(), 2);
}

#[test]
fn te_22_what_a_test_leaves_running_ends_with_its_runtime() {
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
    assert_eq!(Arc::strong_count(&held), 1);
}
// ANCHOR_END: flavor

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

#[tokio::test]
async fn te_25_on_a_thread_for_blocking_work_it_is_allowed() {
    let runtime = Handle::current();
    let blocked = tokio::task::spawn_blocking(move || {
        runtime.block_on(async { TestClient::new(fresh_app()).get("/async/").await.status })
    });
    assert_eq!(blocked.await.unwrap(), StatusCode::OK);
}
// ANCHOR_END: blocking
