//! What a reader adds to an app behaves behind the lessons' server as behind `axum::serve`.

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::extract::ConnectInfo;
use axum::http::{Method, StatusCode, header};
use axum::routing::get;
use lesson_support::Options;
use lesson_tests::rust_only;
use lesson_tests::server::{client, send};
use reqwest::RequestBuilder;
use tokio::net::TcpListener;
use tower_http::cors::{Any, CorsLayer};

use super::running::{LONG, Running, ms};

const ORIGIN: &str = "https://shop.example";

/// A route, a layer and a fallback of a reader's own.
fn app() -> Router {
    let cors = CorsLayer::new().allow_origin(Any).allow_methods([Method::GET, Method::PUT]);
    let peer = async |ConnectInfo(peer): ConnectInfo<SocketAddr>| peer.ip().to_string();
    Router::new()
        .route("/peer", get(peer))
        .fallback(async || (StatusCode::NOT_FOUND, "my own words"))
        .layer(cors)
}

/// The same app behind both servers.
async fn both() -> (Running, [String; 2]) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let service = app().into_make_service_with_connect_info::<SocketAddr>();
    tokio::spawn(axum::serve(listener, service).into_future());
    let options = Options { grace_ms: ms(LONG), ..Options::default() };
    let running = Running::start_with(|_| app(), options).await;
    let urls = [format!("http://{address}"), running.base_url.clone()];
    (running, urls)
}

/// The answer of both, which must be one: status, headers but `date`, body.
async fn answer_of_both(request: impl Fn(&str) -> RequestBuilder) -> (u16, Vec<String>, String) {
    let (running, urls) = both().await;
    let mut answers = Vec::new();
    for url in urls {
        let answer = send(request(&url), Duration::from_secs(1)).await;
        let headers = answer.headers.iter().filter(|(name, _)| *name != header::DATE);
        let mut headers: Vec<String> =
            headers.map(|(name, value)| format!("{name}: {}", value.to_str().unwrap())).collect();
        headers.sort();
        answers.push((answer.status, headers, answer.text().await));
    }
    running.stop().await;
    assert_eq!(answers[0], answers[1], "axum::serve, and ours");
    answers.remove(1)
}

#[tokio::test]
async fn a_preflight_request_is_answered_by_the_cors_layer() {
    rust_only!("adds a layer");
    let preflight = |url: &str| {
        let request = client().request(Method::OPTIONS, format!("{url}/peer"));
        let request = request.header(header::ORIGIN, ORIGIN);
        request.header(header::ACCESS_CONTROL_REQUEST_METHOD, "PUT")
    };
    let (status, headers, body) = answer_of_both(preflight).await;
    assert_eq!((status, body.as_str()), (200, ""));
    for line in ["access-control-allow-origin: *", "access-control-allow-methods: GET,PUT"] {
        assert!(headers.iter().any(|header| header == line), "no {line} in {headers:?}");
    }
}

#[tokio::test]
async fn a_fallback_is_inside_of_the_layers() {
    rust_only!("adds a fallback");
    let unknown = |url: &str| client().get(format!("{url}/nowhere")).header(header::ORIGIN, ORIGIN);
    let (status, headers, body) = answer_of_both(unknown).await;
    assert_eq!((status, body.as_str()), (404, "my own words"));
    let allowed = "access-control-allow-origin: *";
    assert!(headers.iter().any(|header| header == allowed), "{headers:?}");
}

#[tokio::test]
async fn a_handler_may_ask_for_the_address_of_its_client() {
    rust_only!("adds a route");
    let (status, _, body) = answer_of_both(|url: &str| client().get(format!("{url}/peer"))).await;
    assert_eq!((status, body.as_str()), (200, "127.0.0.1"));
}
