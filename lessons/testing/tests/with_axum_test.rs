//! A test client that you don't have to write: axum-test.

use axum_test::TestServer;
use serde_json::json;

use crate::state::fresh_app;

// ANCHOR: axum-test
#[tokio::test]
async fn te_42_the_same_with_axum_test() {
    let server = TestServer::new(fresh_app());
    let response = server.get("/crud/items/baz").add_header("x-token", "coneofsilence").await;
    response.assert_status_not_found();
    response.assert_json(&json!({"detail": "Item not found"}));
}
// ANCHOR_END: axum-test
