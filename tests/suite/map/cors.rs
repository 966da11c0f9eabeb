//! CORS: `CorsLayer`, outside of everything whose answers a browser should be able to read.

use axum::Router;
use axum::http::header::{ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN};
use axum::http::header::{ACCESS_CONTROL_REQUEST_METHOD, ORIGIN};
use axum::http::{HeaderValue, Method};
use axum::routing::get;
use lesson_tests::rust_only;
use lesson_tests::server::client;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::cors::CorsLayer;

use crate::support::running::answer_of_both;

const SHOP: &str = "https://shop.example";

fn routes() -> Router {
    Router::new()
        .route("/items", get(async || "a spanner").put(async || "changed"))
        .route("/panic", get(panicking))
}

fn cors() -> CorsLayer {
    CorsLayer::new()
        .allow_origin([HeaderValue::from_static(SHOP)])
        .allow_methods([Method::GET, Method::PUT])
}

fn app() -> Router {
    // The first is the outermost, so the answer that the second makes of a panic passes it.
    routes().layer((cors(), CatchPanicLayer::new()))
}

async fn panicking() -> &'static str {
    panic!("a fault of the handler");
}

#[tokio::test]
async fn the_cors_layer_answers_a_preflight_request() {
    rust_only!("adds a layer");
    let preflight = |url: &str| {
        let request = client().request(Method::OPTIONS, format!("{url}/items"));
        request.header(ORIGIN, SHOP).header(ACCESS_CONTROL_REQUEST_METHOD, "PUT")
    };
    let (status, headers, body) = answer_of_both(&app(), preflight).await;
    assert_eq!((status, body.as_str()), (200, ""));
    assert_eq!(headers[ACCESS_CONTROL_ALLOW_ORIGIN], SHOP);
    assert_eq!(headers[ACCESS_CONTROL_ALLOW_METHODS], "GET,PUT");
}

#[tokio::test]
async fn an_ordinary_answer_names_an_origin_that_is_allowed_and_no_other() {
    rust_only!("adds a layer");
    for (origin, allowed) in [(SHOP, Some(SHOP)), ("https://thief.example", None)] {
        let items = |url: &str| client().get(format!("{url}/items")).header(ORIGIN, origin);
        let (status, headers, body) = answer_of_both(&app(), items).await;
        assert_eq!((status, body.as_str()), (200, "a spanner"), "{origin}");
        let header = headers.get(ACCESS_CONTROL_ALLOW_ORIGIN);
        assert_eq!(header.map(HeaderValue::as_bytes), allowed.map(str::as_bytes), "{origin}");
    }
}

#[tokio::test]
async fn the_500_of_a_panic_names_the_origin_only_if_the_cors_layer_is_the_outer_one() {
    rust_only!("adds a layer");
    let panic = |url: &str| client().get(format!("{url}/panic")).header(ORIGIN, SHOP);
    let (status, headers, _) = answer_of_both(&app(), panic).await;
    assert_eq!(status, 500);
    assert_eq!(headers[ACCESS_CONTROL_ALLOW_ORIGIN], SHOP);

    let the_other_way_round = routes().layer((CatchPanicLayer::new(), cors()));
    let (status, headers, _) = answer_of_both(&the_other_way_round, panic).await;
    assert_eq!(status, 500);
    assert!(!headers.contains_key(ACCESS_CONTROL_ALLOW_ORIGIN), "{headers:?}");
}
