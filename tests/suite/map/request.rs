//! Using the request directly: each part of it is an extractor, and so is the whole.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::connect_info::MockConnectInfo;
use axum::extract::{ConnectInfo, Request};
use axum::http::{HeaderMap, Method, Uri};
use axum::routing::{get, post};
use lesson_tests::rust_only;
use lesson_tests::server::{client, send};
use tokio::net::TcpListener;
use tower::ServiceExt;

use crate::support::running::answer_of_both;

fn app() -> Router {
    Router::new()
        .route("/parts", get(parts))
        .route("/whole", post(whole))
        .route("/client", get(client_address))
        .route("/behind-a-proxy", get(behind_a_proxy))
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

/// Where our own proxy runs.
const PROXY: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// Everybody can send the header. What is true of it is what our proxy adds, at its end.
async fn behind_a_proxy(
    ConnectInfo(address): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
) -> String {
    let last = headers.get_all("x-forwarded-for").iter().next_back();
    let last = last.and_then(|value| value.to_str().ok()?.rsplit(',').next()?.trim().parse().ok());
    let client: IpAddr = match last {
        Some(client) if address.ip() == PROXY => client,
        _ => address.ip(),
    };
    client.to_string()
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

/// The answer to a request from this address, in process.
async fn from(address: [u8; 4], request: axum::http::request::Builder) -> String {
    let app = app().layer(MockConnectInfo(SocketAddr::from((address, 4711))));
    let response = app.oneshot(request.body(Body::empty()).expect("a request")).await;
    let body = to_bytes(response.expect("an answer").into_body(), 1024).await;
    String::from_utf8(body.expect("a body").into()).expect("UTF-8")
}

#[tokio::test]
async fn a_test_without_a_server_chooses_the_address() {
    rust_only!("calls an app of its own");
    assert_eq!(from([192, 0, 2, 7], Request::get("/client")).await, "192.0.2.7");
}

#[tokio::test]
async fn of_x_forwarded_for_only_what_our_proxy_adds_is_believed() {
    rust_only!("calls an app of its own");
    let (proxy, stranger) = ([127, 0, 0, 1], [192, 0, 2, 7]);
    for (peer, headers, client) in [
        (proxy, &["203.0.113.9"][..], "203.0.113.9"),
        // The client has sent the first, and the proxy has added to it.
        (proxy, &["10.0.0.1, 203.0.113.9"], "203.0.113.9"),
        (proxy, &["10.0.0.1", "203.0.113.9"], "203.0.113.9"),
        (proxy, &["2001:db8::1"], "2001:db8::1"),
        (proxy, &[], "127.0.0.1"),
        (proxy, &["unknown"], "127.0.0.1"),
        (proxy, &[""], "127.0.0.1"),
        (stranger, &["203.0.113.9"], "192.0.2.7"),
    ] {
        let request = headers
            .iter()
            .fold(Request::get("/behind-a-proxy"), |r, value| r.header("x-forwarded-for", *value));
        assert_eq!(from(peer, request).await, client, "{headers:?}");
    }
}
