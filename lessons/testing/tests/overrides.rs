//! A test brings its own clock: the counterpart of `app.dependency_overrides`.

use std::sync::Arc;

use lesson_testing::greeting::Clock;
use lesson_testing::{AppState, app};
use serde_json::json;

use crate::client::TestClient;
use crate::state::fresh_state;

// ANCHOR: override
/// A clock that stands still.
struct Stopped(u64);

impl Clock for Stopped {
    fn hour(&self) -> u64 {
        self.0
    }
}

/// A client of a fresh app where it's always this hour.
fn client_at(hour: u64) -> TestClient {
    let state = AppState { clock: Arc::new(Stopped(hour)), ..fresh_state() };
    TestClient::new(app(state))
}

#[tokio::test]
async fn te_31_a_test_brings_its_own_clock() {
    let response = client_at(9).get("/greeting/").await;
    assert_eq!(response.json(), json!({"hour": 9, "message": "Good morning"}));
    let response = client_at(12).get("/greeting/").await;
    assert_eq!(response.json(), json!({"hour": 12, "message": "Good day"}));
}
// ANCHOR_END: override

#[tokio::test]
async fn te_31_a_replacement_belongs_to_one_app() {
    let (morning, evening) = (client_at(9), client_at(21));
    for _ in 0..2 {
        assert_eq!(morning.get("/greeting/").await.json()["hour"], 9);
        assert_eq!(evening.get("/greeting/").await.json()["hour"], 21);
    }
}

#[tokio::test]
async fn te_31_a_replacement_adds_no_parameters() {
    let client = client_at(9);
    // In FastAPI an override's parameters become parameters of the route.
    for path in ["/greeting/", "/greeting/?hour=13", "/greeting/?hour=noon"] {
        assert_eq!(client.get(path).await.json()["hour"], 9, "{path}");
    }
}
