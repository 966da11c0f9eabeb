//! Clients that speak HTTP/1.0, which has no chunks.

use axum::body::HttpBody;
use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, Version, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use lesson_support::ApiError;

// ANCHOR: http-10
/// Refuses a stream to a client that couldn't tell half of it from the whole.
///
/// Without chunks, a body ends when the connection does, for whatever reason. If its length is
/// known, that's no problem. Nor is it with events: a client drops half of one.
pub async fn refuse_streams(request: Request, next: Next) -> Response {
    let version = request.version();
    let response = next.run(request).await;
    if version != Version::HTTP_10 || has_an_end(&response) {
        return response;
    }
    // Envoy answers the same. Whoever looks this status up finds the proxy's setting.
    ApiError::from_status(StatusCode::UPGRADE_REQUIRED)
        .with_header(header::UPGRADE, HeaderValue::from_static("HTTP/1.1"))
        .with_header(header::CONNECTION, HeaderValue::from_static("upgrade"))
        .into_response()
}

fn has_an_end(response: &Response) -> bool {
    let headers = response.headers();
    let media_type = headers.get(header::CONTENT_TYPE).map(HeaderValue::as_bytes);
    matches!(response.status(), StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED)
        || headers.contains_key(header::CONTENT_LENGTH)
        || response.body().size_hint().exact().is_some()
        || media_type.is_some_and(|media_type| media_type.starts_with(b"text/event-stream"))
}
// ANCHOR_END: http-10
