//! Start-up and shutdown in a test: in process, and around a real server.

use axum::http::StatusCode;
use lesson_testing::{AppState, app};
use serde_json::json;

use crate::client::TestClient;
use crate::running::Running;
use crate::state::fresh_state;

const STARTED: &str = "start-up: catalogue loaded";
const STOPPED: &str = "shutdown: catalogue released";

// ANCHOR: without
#[tokio::test]
async fn te_27_a_router_alone_runs_no_start_up() {
    let state = fresh_state();
    let client = TestClient::new(app(state.clone()));
    let response = client.get("/events-started/items/foo").await;
    assert_eq!(response.status, StatusCode::NOT_FOUND);
    assert!(state.events.lines().is_empty());
}
// ANCHOR_END: without

#[tokio::test]
async fn te_32_dropping_a_router_runs_no_shutdown() {
    let state = fresh_state();
    let client = TestClient::new(app(state.clone()));
    client.get("/hello/").await;
    drop(client);
    assert!(state.events.lines().is_empty());
}

// ANCHOR: in-process
#[tokio::test]
async fn te_28_a_test_calls_start_up_and_shutdown() {
    let state = fresh_state().start_up().await.unwrap();
    let client = TestClient::new(app(state.clone()));
    let response = client.get("/events-started/items/foo").await;
    assert_eq!(response.json(), json!({"name": "Fighters"}));
    let events = state.events.clone();
    state.shut_down().await;
    assert_eq!(events.lines(), [STARTED, STOPPED]);
}
// ANCHOR_END: in-process

// ANCHOR: running
#[tokio::test]
async fn te_28_each_server_starts_up_and_shuts_down() {
    for _ in 0..2 {
        let server = Running::start().await.unwrap();
        assert_eq!(server.events.lines(), [STARTED]);
        let response = server.get("/events-started/items/foo").send().await.unwrap();
        assert_eq!(response.text().await.unwrap(), r#"{"name":"Fighters"}"#);
        let events = server.events.clone();
        server.stop().await.unwrap();
        assert_eq!(events.lines(), [STARTED, STOPPED]);
    }
}

#[tokio::test]
async fn te_28_a_failed_start_up_is_returned() {
    let broken = async |_: AppState| Err("no catalogue".into());
    let error = Running::start_with(broken).await.err().unwrap();
    assert_eq!(error.to_string(), "no catalogue");
}
// ANCHOR_END: running
