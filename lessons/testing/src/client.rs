//! The client's address, which only a server knows.

use std::net::{IpAddr, SocketAddr};

use axum::extract::ConnectInfo;
use axum::routing::get;
use axum::{Json, Router};

use crate::AppState;

// ANCHOR: client
/// The section's route.
pub fn router() -> Router<AppState> {
    Router::new().route("/client/", get(client))
}

async fn client(ConnectInfo(address): ConnectInfo<SocketAddr>) -> Json<IpAddr> {
    Json(address.ip())
}
// ANCHOR_END: client
