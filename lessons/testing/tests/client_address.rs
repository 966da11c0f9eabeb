//! The address of the client, in a test without a client.

use std::net::SocketAddr;

use axum::extract::connect_info::MockConnectInfo;
use axum::http::StatusCode;

use crate::client::TestClient;
use crate::state::fresh_app;

// ANCHOR: mock
#[tokio::test]
async fn te_49_a_test_chooses_the_address_of_its_client() {
    let address = SocketAddr::from(([192, 0, 2, 7], 4711));
    let app = fresh_app().layer(MockConnectInfo(address));
    assert_eq!(TestClient::new(app).get("/client/").await.body, r#""192.0.2.7""#);
}
// ANCHOR_END: mock

#[tokio::test]
async fn te_49_without_one_there_is_none() {
    let response = TestClient::new(fresh_app()).get("/client/").await;
    assert_eq!(response.status, StatusCode::INTERNAL_SERVER_ERROR);
}
