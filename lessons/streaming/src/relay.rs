//! Server B: passes on what another server streams.

use std::io;

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::header::{self, HeaderName};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get};
use futures_util::{StreamExt, TryStreamExt};
use lesson_support::ApiError;
use tokio_util::io::{ReaderStream, StreamReader};

use crate::AppState;
use crate::failing::flush_before_error;
use crate::hop_by_hop::remove_hop_by_hop;
use crate::upstream::{Upstream, pieces};

/// The section's routes.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/server-b/stream", get(stream))
        .route("/server-b/file", relay_of("/server-a/file"))
        .route("/server-b/stream-split-char", get(decode_each_piece))
        .route("/server-b/stream-split-char-careful", relay_of("/server-a/stream-split-char"))
        .route("/server-b/stream-missing-file", relay_of("/server-a/stream-missing-file"))
        .route("/server-b/stream-breaks", relay_of("/server-a/stream-breaks"))
        .route("/server-b/stream-no-upstream", get(no_upstream))
}

/// A route that relays this path of server A.
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
    let asked = what_is_asked(&request.headers);
    let answer = upstream.ask(request.method.clone(), path, asked).await?;
    let (status, mut headers) = (answer.status(), answer.headers().clone());
    remove_hop_by_hop(&mut headers);
    // It would be a cookie of ours, and the upstream would never see it again.
    headers.remove(header::SET_COOKIE);
    Ok((status, headers, Body::from_stream(flush_before_error(pieces(answer)))).into_response())
}

/// The headers of the request that say which answer is wanted: a part of it, only a newer one,
/// a compressed one. No other is passed on: cookies and passwords are meant for this server.
fn what_is_asked(headers: &HeaderMap) -> HeaderMap {
    const PASSED_ON: [HeaderName; 5] = [
        header::ACCEPT_ENCODING,
        header::IF_MODIFIED_SINCE,
        header::IF_NONE_MATCH,
        header::IF_RANGE,
        header::RANGE,
    ];
    let lines = PASSED_ON
        .iter()
        .flat_map(|name| headers.get_all(name).iter().map(move |line| (name, line)));
    lines.map(|(name, line)| (name.clone(), line.clone())).collect()
}
// ANCHOR_END: relay

// ANCHOR: split-char
/// The pitfall: a piece ends where it ends, also in the middle of a character.
async fn decode_each_piece(
    State(upstream): State<Upstream>,
) -> Result<impl IntoResponse, ApiError> {
    let path = "/server-a/stream-split-char";
    let answer = upstream.ask(Method::GET, path, HeaderMap::new()).await?;
    // Read again in pieces of at most 100 bytes.
    let bytes = StreamReader::new(pieces(answer).map_err(io::Error::other));
    let hundreds = ReaderStream::with_capacity(bytes, 100);
    let decoded = hundreds.map(|piece| String::from_utf8(piece?.into()).map_err(io::Error::other));
    let json = [(header::CONTENT_TYPE, "application/json")];
    Ok((json, Body::from_stream(flush_before_error(decoded))))
}
// ANCHOR_END: split-char

/// Nobody listens on port 1, so the connection is refused.
async fn no_upstream(
    State(upstream): State<Upstream>,
    request: Parts,
) -> Result<Response, ApiError> {
    relay(&upstream.at("http://127.0.0.1:1"), "/server-a/stream", &request).await
}
