//! Six tests for one API, one for each way a request can end.

use axum::http::StatusCode;
use serde_json::json;

use crate::client::TestClient;
use crate::state::fresh_app;

// ANCHOR: client
/// A client with this token, and an app of its own.
fn client_with(token: &'static str) -> TestClient {
    TestClient::new(fresh_app()).with_header("x-token", token)
}
// ANCHOR_END: client

#[tokio::test]
async fn te_30_read_an_item() {
    let response = client_with("coneofsilence").get("/crud/items/foo").await;
    assert_eq!(response.status, StatusCode::OK);
    assert_eq!(
        response.json(),
        json!({"id": "foo", "title": "Foo", "description": "There goes my hero"})
    );
}

// ANCHOR: wrong-token
#[tokio::test]
async fn te_30_read_with_a_wrong_token() {
    let response = client_with("hailhydra").get("/crud/items/foo").await;
    assert_eq!(response.status, StatusCode::BAD_REQUEST);
    assert_eq!(response.json(), json!({"detail": "Invalid X-Token header"}));
}
// ANCHOR_END: wrong-token

#[tokio::test]
async fn te_30_read_an_unknown_item() {
    let response = client_with("coneofsilence").get("/crud/items/baz").await;
    assert_eq!(response.status, StatusCode::NOT_FOUND);
    assert_eq!(response.json(), json!({"detail": "Item not found"}));
}

#[tokio::test]
async fn te_30_create_an_item() {
    let item = json!({"id": "foobar", "title": "Foo Bar", "description": "The Foo Barters"});
    let response = client_with("coneofsilence").post("/crud/items/", &item).await;
    assert_eq!(response.status, StatusCode::OK);
    assert_eq!(response.json(), item);
}

#[tokio::test]
async fn te_30_create_with_a_wrong_token() {
    let item = json!({"id": "bazz", "title": "Bazz", "description": "Drop the bazz"});
    let response = client_with("hailhydra").post("/crud/items/", &item).await;
    assert_eq!(response.status, StatusCode::BAD_REQUEST);
    assert_eq!(response.json(), json!({"detail": "Invalid X-Token header"}));
}

#[tokio::test]
async fn te_30_create_an_item_that_exists() {
    let item = json!({"id": "foo", "title": "The Foo ID Stealers"});
    let response = client_with("coneofsilence").post("/crud/items/", &item).await;
    assert_eq!(response.status, StatusCode::BAD_REQUEST);
    assert_eq!(response.json(), json!({"detail": "Item already exists"}));
}
