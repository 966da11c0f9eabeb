//! A real socket: what only a server shows.

use axum::http::StatusCode;
use tokio::net::TcpListener;

use crate::client::TestClient;
use crate::running::{Running, http_client};
use crate::state::fresh_app;

// ANCHOR: plain
#[tokio::test]
async fn te_38_a_plain_axum_server_on_a_free_port() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hello/", listener.local_addr().unwrap());
    tokio::spawn(axum::serve(listener, fresh_app()).into_future());
    let response = http_client().get(url).send().await.unwrap();
    assert!(response.headers().contains_key("date"));
    assert_eq!(response.text().await.unwrap(), r#"{"msg":"Hello World"}"#);
}
// ANCHOR_END: plain

#[tokio::test]
async fn te_38_a_real_server_adds_headers() {
    let server = Running::start().await.unwrap();
    let response = server.get("/hello/").send().await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    for added in ["date", "content-length"] {
        assert!(response.headers().contains_key(added), "no {added}");
    }
    server.stop().await.unwrap();
}

// ANCHOR: blanks
#[tokio::test]
async fn te_38_a_real_server_trims_header_values() {
    let in_process = TestClient::new(fresh_app()).with_header("x-token", " coneofsilence ");
    assert_eq!(in_process.get("/crud/items/foo").await.status, StatusCode::BAD_REQUEST);
    let server = Running::start().await.unwrap();
    let request = server.get("/crud/items/foo");
    let response = request.header("x-token", " coneofsilence ").send().await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    server.stop().await.unwrap();
}
// ANCHOR_END: blanks

#[tokio::test]
async fn te_38_two_servers_get_different_ports() {
    let first = Running::start().await.unwrap();
    let second = Running::start().await.unwrap();
    assert_ne!(first.base_url, second.base_url);
    first.stop().await.unwrap();
    second.stop().await.unwrap();
}
