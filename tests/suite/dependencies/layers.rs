//! How far a layer reaches: routers of their own, called in process.

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::middleware::from_extractor_with_state;
use axum::routing::get;
use lesson_dependencies::guards::{BothVerified, VerifiedKey, VerifiedToken};
use lesson_dependencies::{app, guarded_app};
use lesson_tests::rust_only;
use tower::ServiceExt;

use super::state;

/// The status of a request without token and key.
async fn status(app: &Router, request: &str) -> StatusCode {
    let (method, path) = request.split_once(' ').expect("a method and a path");
    let request = Request::builder().method(method).uri(path).body(Body::empty());
    app.clone().oneshot(request.expect("a request")).await.expect("an answer").status()
}

/// The statuses of a request to the route, with another method, and to no route.
async fn statuses(app: Router) -> [u16; 3] {
    let mut statuses = [0; 3];
    for (index, request) in ["GET /", "POST /", "GET /nowhere"].into_iter().enumerate() {
        statuses[index] = status(&app, request).await.as_u16();
    }
    statuses
}

#[tokio::test]
async fn de_48_each_way_to_add_a_guard_reaches_a_little_further() {
    rust_only!("calls routers of its own");
    let guard = from_extractor_with_state::<BothVerified, _>(state());
    let route = || Router::new().route("/", get(async || "items"));

    let method_router = get(async || "items").route_layer(guard.clone());
    let on_the_method_router = Router::new().route("/", method_router);
    assert_eq!(statuses(on_the_method_router).await, [422, 405, 404]);
    assert_eq!(statuses(route().route_layer(guard.clone())).await, [422, 422, 404]);
    assert_eq!(statuses(route().layer(guard.clone())).await, [422, 422, 422]);
    // What is added after the layer is outside of it.
    let added_later = route().layer(guard).route("/later", get(async || "later"));
    assert_eq!(status(&added_later, "GET /later").await, 200);
    assert_eq!(status(&added_later, "GET /").await, 422);
}

#[tokio::test]
async fn de_48_a_merged_router_brings_its_guarded_404_along() {
    rust_only!("calls routers of its own");
    let guard = from_extractor_with_state::<BothVerified, _>(state());
    let section = || Router::new().route("/", get(async || "items"));
    let app = || Router::new().route("/open", get(async || "open"));

    let merged = app().merge(section().layer(guard.clone()));
    assert_eq!(status(&merged, "GET /open").await, 200);
    assert_eq!(status(&merged, "GET /nowhere").await, 422);
    let with_its_own = merged.fallback(async || StatusCode::NOT_FOUND);
    assert_eq!(status(&with_its_own, "GET /nowhere").await, 404);
    assert_eq!(status(&with_its_own, "GET /").await, 422);

    let merged = app().merge(section().route_layer(guard));
    assert_eq!(status(&merged, "GET /nowhere").await, 404);
}

#[tokio::test]
async fn de_48_a_later_fallback_replaces_the_guarded_405() {
    rust_only!("calls a router in process");
    let section = guarded_app::router(&state()).with_state(state());
    assert_eq!(status(&section, "POST /global/items/").await, 422);
    let served = section.method_not_allowed_fallback(async || StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(status(&served, "POST /global/items/").await, 405);
    assert_eq!(status(&served, "GET /global/items/").await, 422);
    // The lesson's app sets one.
    assert_eq!(status(&app(state()), "POST /global/items/").await, 405);
}

#[tokio::test]
async fn de_48_of_two_layers_the_last_added_runs_first() {
    rust_only!("calls a router in process");
    let state = state();
    let app = Router::new()
        .route("/", get(async || "items"))
        .route_layer(from_extractor_with_state::<VerifiedToken, _>(state.clone()))
        .route_layer(from_extractor_with_state::<VerifiedKey, _>(state.clone()));
    let request = Request::get("/").body(Body::empty()).expect("a request");
    let response = app.clone().oneshot(request).await.expect("an answer");
    let body = axum::body::to_bytes(response.into_body(), usize::MAX).await.expect("a body");
    let only_the_key = super::invalid(&[super::missing("header", "x-key")]);
    assert_eq!(body, only_the_key);

    let request = Request::get("/").header("x-key", super::KEY.1).header("x-token", "bad");
    let request = request.body(Body::empty()).expect("a request");
    assert_eq!(app.oneshot(request).await.expect("an answer").status(), 400);
    assert_eq!(state.events.lines(), ["key checked", "token checked"]);
}
