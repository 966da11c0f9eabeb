//! Work that goes on after the response, and how a test waits for it.

use std::time::Duration;

use lesson_testing::app;
use serde_json::Value;
use tokio::time::Instant;

use crate::client::TestClient;
use crate::state::fresh_state;

// ANCHOR: background
#[tokio::test(start_paused = true)]
async fn te_33_the_response_comes_before_the_task_is_done() {
    let state = fresh_state();
    let client = TestClient::new(app(state.clone()));
    let started = Instant::now();
    assert_eq!(client.post("/background/", &Value::Null).await.body, r#""accepted""#);
    assert!(state.events.lines().is_empty());
    // Don't sleep and hope: the tracker knows when the last task is done.
    state.tasks.close();
    state.tasks.wait().await;
    assert_eq!(state.events.lines(), ["mail sent"]);
    assert_eq!(started.elapsed(), Duration::from_secs(20));
}
// ANCHOR_END: background

#[tokio::test(start_paused = true)]
async fn te_33_shutdown_waits_for_the_task() {
    let state = fresh_state();
    TestClient::new(app(state.clone())).post("/background/", &Value::Null).await;
    let events = state.events.clone();
    state.shut_down().await;
    assert_eq!(events.lines(), ["mail sent", "shutdown: catalogue released"]);
}
