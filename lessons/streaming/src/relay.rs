//! Server B: passes on what another server streams.

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::{self, HeaderName};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get};
use lesson_support::ApiError;

use crate::AppState;
use crate::failing::flush_before_error;
use crate::hop_by_hop::remove_hop_by_hop;
use crate::upstream::{Upstream, pieces};

/// The section's routes.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/server-b/stream", get(stream))
        .route("/server-b/file", relay_of("/server-a/file"))
        .route("/server-b/stream-split-char-careful", relay_of("/server-a/stream-split-char"))
        .route("/server-b/stream-missing-file", relay_of("/server-a/stream-missing-file"))
        .route("/server-b/stream-breaks", relay_of("/server-a/stream-breaks"))
        .route("/server-b/stream-no-upstream", get(no_upstream))
}

/// A route that relays a path of server A.
fn relay_of(path: &'static str) -> MethodRouter<AppState> {
    get(async move |State(upstream): State<Upstream>, request: Parts| {
        relay(&upstream, path, &request).await
    })
}

// ANCHOR: relay
async fn stream(State(upstream): State<Upstream>, request: Parts) -> Result<Response, ApiError> {
    relay(&upstream, "/server-a/stream", &request).await
}

async fn relay(upstream: &Upstream, path: &str, request: &Parts) -> Result<Response, ApiError> {
    let wanted = wanted(&request.headers);
    let answer = upstream.ask(request.method.clone(), path, wanted).await?;
    let (status, mut headers) = (answer.status(), answer.headers().clone());
    remove_hop_by_hop(&mut headers);
    headers.remove(header::SET_COOKIE); // the client would send it to us, not to the upstream
    let body = Body::from_stream(flush_before_error(pieces(answer)));
    Ok((status, headers, body).into_response())
}
// ANCHOR_END: relay

// ANCHOR: wanted
/// The request's headers that say which answer is wanted: a part, a newer version, a compressed
/// one. The others stay here: cookies and passwords are meant for this server.
fn wanted(headers: &HeaderMap) -> HeaderMap {
    const PASSED_ON: [HeaderName; 5] = [
        header::ACCEPT_ENCODING,
        header::IF_MODIFIED_SINCE,
        header::IF_NONE_MATCH,
        header::IF_RANGE,
        header::RANGE,
    ];
    let mut wanted = HeaderMap::new();
    for name in PASSED_ON {
        for value in headers.get_all(&name) {
            wanted.append(name.clone(), value.clone());
        }
    }
    wanted
}
// ANCHOR_END: wanted

/// Nobody listens on port 1, so the connection is refused.
async fn no_upstream(
    State(upstream): State<Upstream>,
    request: Parts,
) -> Result<Response, ApiError> {
    relay(&upstream.at("http://127.0.0.1:1"), "/server-a/stream", &request).await
}
