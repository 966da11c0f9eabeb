//! Using the request directly: each part of it is an extractor, and so is the whole.

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::body::to_bytes;
use axum::extract::{ConnectInfo, Request};
use axum::http::{HeaderMap, Method, Uri};
use axum::routing::{get, post};
use lesson_tests::rust_only;
use lesson_tests::server::{client, send};
use tokio::net::TcpListener;

use crate::support::running::answer_of_both;

fn app() -> Router {
    Router::new()
        .route("/parts", get(parts))
        .route("/whole", post(whole))
        .route("/client", get(client_address))
}

async fn parts(method: Method, uri: Uri, headers: HeaderMap) -> String {
    format!("{method} {uri} {:?}", headers["x-token"])
}

/// It takes the body with it, so it is the last argument.
async fn whole(request: Request) -> String {
    let line = format!("{} {} {:?}", request.method(), request.uri(), request.headers()["x-token"]);
    let body = to_bytes(request.into_body(), 1024).await;
    format!("{line} {:?}", body.expect("a short body"))
}

async fn client_address(ConnectInfo(address): ConnectInfo<SocketAddr>) -> String {
    address.ip().to_string()
}

#[tokio::test]
async fn a_handler_may_ask_for_the_request_or_for_its_parts() {
    rust_only!("adds routes");
    let get = |url: &str| client().get(format!("{url}/parts?limit=3")).header("X-Token", "abc");
    let (status, _, body) = answer_of_both(&app(), get).await;
    assert_eq!((status, body.as_str()), (200, r#"GET /parts?limit=3 "abc""#));

    let post = |url: &str| {
        client().post(format!("{url}/whole?limit=3")).header("X-Token", "abc").body("a spanner")
    };
    let (status, _, body) = answer_of_both(&app(), post).await;
    assert_eq!((status, body.as_str()), (200, r#"POST /whole?limit=3 "abc" b"a spanner""#));
}

#[tokio::test]
async fn a_handler_may_ask_for_the_address_of_its_client_if_the_server_gives_it() {
    rust_only!("adds a route");
    // Both servers are told to, by `into_make_service_with_connect_info::<SocketAddr>()`.
    let get = |url: &str| client().get(format!("{url}/client"));
    let (status, _, body) = answer_of_both(&app(), get).await;
    assert_eq!((status, body.as_str()), (200, "127.0.0.1"));

    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    tokio::spawn(axum::serve(listener, app()).into_future());
    let answer = send(get(&url), Duration::from_secs(1)).await;
    assert_eq!(answer.status, 500);
    assert!(answer.text().await.contains("ConnectInfo"));
}
