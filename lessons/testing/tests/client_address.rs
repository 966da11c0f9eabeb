//! The client's address, in a test without a connection.

use std::net::SocketAddr;

use axum::extract::connect_info::MockConnectInfo;
use axum::http::StatusCode;

use crate::client::TestClient;
use crate::running::Running;
use crate::state::fresh_app;

// ANCHOR: mock
#[tokio::test]
async fn te_49_a_test_chooses_its_clients_address() {
    let address = SocketAddr::from(([192, 0, 2, 7], 4711));
    let app = fresh_app().layer(MockConnectInfo(address));
    assert_eq!(TestClient::new(app).get("/client/").await.body, r#""192.0.2.7""#);
}
// ANCHOR_END: mock

#[tokio::test]
async fn te_49_without_an_address_the_extractor_answers_500() {
    let response = TestClient::new(fresh_app()).get("/client/").await;
    assert_eq!(response.status, StatusCode::INTERNAL_SERVER_ERROR);
}

#[tokio::test]
async fn te_49_a_server_knows_the_address_of_the_connection() {
    let server = Running::start().await.unwrap();
    let response = server.get("/client/").send().await.unwrap();
    assert_eq!(response.text().await.unwrap(), r#""127.0.0.1""#);
    server.stop().await.unwrap();
}
