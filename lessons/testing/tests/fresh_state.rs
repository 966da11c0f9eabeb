//! Tests see each other's items only if they share a state.

use axum::Router;
use axum::http::StatusCode;
use lesson_testing::crud::Items;
use lesson_testing::{AppState, app};
use serde_json::json;

use crate::client::TestClient;
use crate::state::{fresh_app, fresh_state};

/// A client of this app that sends the right token.
fn client_of(app: Router) -> TestClient {
    TestClient::new(app).with_header("x-token", "coneofsilence")
}

// ANCHOR: fresh
#[tokio::test]
async fn te_18_clients_share_items_only_within_one_app() {
    let app = fresh_app();
    let item = json!({"id": "foobar", "title": "Foo Bar", "description": null});
    client_of(app.clone()).post("/crud/items/", &item).await;
    let same_app = client_of(app.clone()).get("/crud/items/foobar").await;
    assert_eq!(same_app.json(), item);
    let another_app = client_of(fresh_app()).get("/crud/items/foobar").await;
    assert_eq!(another_app.status, StatusCode::NOT_FOUND);
}
// ANCHOR_END: fresh

#[tokio::test]
async fn te_18_a_test_can_start_with_other_items() {
    let state = AppState { items: Items::default(), ..fresh_state() };
    let response = client_of(app(state)).get("/crud/items/foo").await;
    assert_eq!(response.status, StatusCode::NOT_FOUND);
}
