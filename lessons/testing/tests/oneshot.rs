//! One request to the router, in process: no server, no socket, no thread.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode};
use axum::routing::get;
use lesson_support::{ApiError, panic_response};
use serde_json::{Value, json};
use tower::{Service, ServiceExt};
use tower_http::catch_panic::CatchPanicLayer;

use crate::client::TestClient;
use crate::state::fresh_app;

#[tokio::test]
async fn te_04_one_request_to_the_router() {
    let request = Request::get("/hello/").body(Body::empty()).unwrap();
    let response = fresh_app().oneshot(request).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    assert_eq!(body, r#"{"msg":"Hello World"}"#);
}

// ANCHOR: client
#[tokio::test]
async fn te_06_hello_through_the_test_client() {
    let response = TestClient::new(fresh_app()).get("/hello/").await;
    assert_eq!(response.status, StatusCode::OK);
    assert_eq!(response.headers["content-type"], "application/json");
    assert_eq!(response.body, r#"{"msg":"Hello World"}"#);
}
// ANCHOR_END: client

#[tokio::test]
async fn te_01_oneshot_only_calls_the_router() {
    let mut app = fresh_app();
    for _ in 0..2 {
        let request = Request::get("/hello/").body(Body::empty()).unwrap();
        // A router is always ready, so `oneshot` has nothing to do but `call`.
        let response = Service::call(&mut app, request).await.unwrap();
        assert_eq!(response.status(), StatusCode::OK);
    }
}

#[test]
fn te_02_axum_and_reqwest_share_their_http_types() {
    /// Compiles only if both are one type.
    fn is_same<T>(_: T, _: T) {}
    is_same(StatusCode::OK, reqwest::StatusCode::OK);
    is_same(axum::http::HeaderMap::new(), reqwest::header::HeaderMap::new());
}

// ANCHOR: service
#[tokio::test]
async fn te_23_any_service_can_be_called() {
    let request = Request::get("/").body(Body::empty()).unwrap();
    // One handler, without a router.
    let response = get(async || "Tomato").oneshot(request).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
}
// ANCHOR_END: service

// ANCHOR: panic
async fn broken() -> &'static str {
    panic!("no such fighter")
}

#[tokio::test]
#[should_panic = "no such fighter"]
async fn te_34_a_panic_in_a_handler_reaches_the_test() {
    TestClient::new(Router::new().route("/", get(broken))).get("/").await;
}

#[tokio::test]
async fn te_34_a_layer_turns_a_panic_into_a_500() {
    let catch_panic = CatchPanicLayer::custom(panic_response);
    let app = Router::new().route("/", get(broken)).layer(catch_panic);
    let response = TestClient::new(app).get("/").await;
    assert_eq!(response.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(response.body, "Internal Server Error");
}
// ANCHOR_END: panic

#[tokio::test]
async fn te_34_a_returned_error_is_a_response() {
    async fn failing() -> Result<(), ApiError> {
        Err(ApiError::unexpected("no such fighter"))
    }
    let response = TestClient::new(Router::new().route("/", get(failing))).get("/").await;
    assert_eq!(response.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(response.body, "Internal Server Error");
}

// ANCHOR: whole
#[tokio::test]
async fn te_35_the_router_is_the_whole_app_without_what_hyper_adds() {
    let client = TestClient::new(fresh_app());
    let ping = client.get("/ping").await;
    assert_eq!((ping.status, ping.body.as_str()), (StatusCode::OK, "\"pong\""));
    assert!(!ping.headers.contains_key("date"));
    let unknown = client.get("/unknown").await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
    assert_eq!(unknown.json(), json!({"detail": "Not Found"}));
    let wrong_method = client.post("/hello/", &Value::Null).await;
    assert_eq!(wrong_method.status, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(wrong_method.json(), json!({"detail": "Method Not Allowed"}));
}
// ANCHOR_END: whole
