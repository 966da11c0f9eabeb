//! What a reader adds to an app behaves behind the lessons' server as behind `axum::serve`. The
//! rows of [the map](crate::map) do it too.

use axum::Router;
use axum::http::{StatusCode, header};
use lesson_tests::rust_only;
use lesson_tests::server::client;
use tower_http::cors::{Any, CorsLayer};

use super::running::answer_of_both;

#[tokio::test]
async fn a_fallback_is_inside_of_the_layers() {
    rust_only!("adds a fallback");
    let app = Router::new()
        .fallback(async || (StatusCode::NOT_FOUND, "my own words"))
        .layer(CorsLayer::new().allow_origin(Any));
    let unknown = |url: &str| client().get(format!("{url}/nowhere"));
    let (status, headers, body) = answer_of_both(&app, unknown).await;
    assert_eq!((status, body.as_str()), (404, "my own words"));
    assert_eq!(headers[header::ACCESS_CONTROL_ALLOW_ORIGIN], "*");
}
