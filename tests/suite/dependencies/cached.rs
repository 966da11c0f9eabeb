//! Once per request, or every time.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use axum::body::{Body, to_bytes};
use axum::extract::{FromRequestParts, Request};
use axum::http::request::Parts;
use axum::routing::get;
use axum::{Json, Router};
use lesson_tests::rust_only;
use tower::ServiceExt;

use super::{assert_get, start};

#[tokio::test]
async fn de_44_a_cached_dependency_runs_once_in_a_request() {
    let server = start().await;
    assert_get(&server, "/cached/once", "[1,1]").await;
    assert_eq!(server.events().await, ["counted ran"]);
    // The next request starts anew.
    assert_get(&server, "/cached/once", "[1,1]").await;
    assert_eq!(server.events().await, ["counted ran"; 2]);
}

#[tokio::test]
async fn de_44_without_the_cache_it_runs_each_time() {
    let server = start().await;
    assert_get(&server, "/cached/twice", "[1,2]").await;
    assert_eq!(server.events().await, ["counted ran"; 2]);
}

#[tokio::test]
async fn de_44_asking_without_the_cache_doesnt_fill_it() {
    let server = start().await;
    assert_get(&server, "/cached/mixed", "[1,2,1]").await;
    assert_eq!(server.events().await, ["counted ran"; 2]);
}

#[tokio::test]
async fn de_44_an_argument_that_doesnt_ask_for_the_cache_runs_each_time() {
    rust_only!("calls a router of its own");
    let count = Arc::new(AtomicU32::new(0));
    let twice = async |Counted(first): Counted, Counted(second): Counted| Json([first, second]);
    let app = Router::new().route("/", get(twice)).with_state(count);
    let request = Request::get("/").body(Body::empty()).expect("a request");
    let response = app.oneshot(request).await.expect("an answer");
    let body = to_bytes(response.into_body(), usize::MAX).await.expect("a body");
    assert_eq!(body, "[1,2]");
}

/// How often it was asked for.
struct Counted(u32);

impl FromRequestParts<Arc<AtomicU32>> for Counted {
    type Rejection = Infallible;

    async fn from_request_parts(_: &mut Parts, count: &Arc<AtomicU32>) -> Result<Self, Infallible> {
        Ok(Self(count.fetch_add(1, Ordering::Relaxed) + 1))
    }
}
