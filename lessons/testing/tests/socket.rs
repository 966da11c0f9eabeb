//! A real socket: what only a server shows.

use axum::http::StatusCode;
use tokio::net::TcpListener;

use crate::client::TestClient;
use crate::running::{Running, client};
use crate::state::fresh_app;

// ANCHOR: plain
#[tokio::test]
async fn te_38_a_plain_axum_server_on_a_free_port() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = tokio::spawn(axum::serve(listener, fresh_app()).into_future());
    let response = client().get(format!("http://{address}/hello/")).send().await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(response.text().await.unwrap(), r#"{"msg":"Hello World"}"#);
    server.abort();
}
// ANCHOR_END: plain

// ANCHOR: served
#[tokio::test]
async fn te_38_only_a_real_server_has_what_the_server_adds() {
    let server = Running::enter().await.unwrap();
    let response = server.get("/hello/").send().await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    for added in ["date", "content-length"] {
        assert!(response.headers().contains_key(added), "no {added}");
    }
    server.leave().await.unwrap();
}
// ANCHOR_END: served

// ANCHOR: blanks
#[tokio::test]
async fn te_38_only_a_real_server_takes_the_blanks_off_a_header() {
    let in_process = TestClient::new(fresh_app()).with_header("x-token", " coneofsilence ");
    assert_eq!(in_process.get("/crud/items/foo").await.status, StatusCode::BAD_REQUEST);
    let server = Running::enter().await.unwrap();
    let request = server.get("/crud/items/foo");
    let response = request.header("x-token", " coneofsilence ").send().await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    server.leave().await.unwrap();
}
// ANCHOR_END: blanks

#[tokio::test]
async fn te_38_two_servers_never_want_one_port() {
    let first = Running::enter().await.unwrap();
    let second = Running::enter().await.unwrap();
    assert_ne!(first.base_url, second.base_url);
    first.leave().await.unwrap();
    second.leave().await.unwrap();
}
