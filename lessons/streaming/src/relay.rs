//! Server B: passes on what another server streams.

use std::io;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get};
use futures_util::{StreamExt, TryStreamExt};
use lesson_support::ApiError;
use lesson_support::error::with_causes;
use reqwest::{Client, redirect};
use tokio_util::io::{ReaderStream, StreamReader};

use crate::AppState;
use crate::failing::flush_before_error;

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
    get(async move |State(upstream): State<Upstream>| relay(&upstream, path).await)
}

// ANCHOR: upstream
/// The server to fetch from, and the one client that all requests share.
///
/// A client holds a pool of connections: make it once, at start-up.
#[derive(Clone, Debug)]
pub struct Upstream {
    client: Client,
    base: String,
}

impl Upstream {
    /// A client for the server at `base`, for example `http://127.0.0.1:8000`.
    ///
    /// # Errors
    ///
    /// If `base` does not begin with `http://`.
    pub fn new(base: &str) -> lesson_support::Result<Self> {
        if !base.starts_with("http://") {
            return Err(format!("{base} does not begin with http://").into());
        }
        let client = Client::builder()
            .no_proxy()
            .redirect(redirect::Policy::none())
            .connect_timeout(Duration::from_secs(5))
            // Between two reads: a limit for the whole answer would cut long streams. It also
            // runs while our own client pauses.
            .read_timeout(Duration::from_secs(30))
            .build()?;
        let base = base.trim_end_matches('/').to_owned();
        Ok(Self { client, base })
    }

    /// The upstream's answer, once its head is here and says that it is well.
    async fn get(&self, path: &str) -> Result<reqwest::Response, ApiError> {
        let url = format!("{}{path}", self.base);
        let response = self.client.get(url).send().await.map_err(gateway_error)?;
        if !response.status().is_success() {
            tracing::warn!(status = %response.status(), path, "the upstream refused");
            return Err(ApiError::from_status(StatusCode::BAD_GATEWAY));
        }
        Ok(response)
    }
}

/// The client learns that it is the upstream's fault, the log learns why.
fn gateway_error(error: reqwest::Error) -> ApiError {
    tracing::warn!(error = with_causes(&error), "no answer from the upstream");
    let timed_out = error.is_timeout();
    let status = if timed_out { StatusCode::GATEWAY_TIMEOUT } else { StatusCode::BAD_GATEWAY };
    ApiError::from_status(status)
}
// ANCHOR_END: upstream

// ANCHOR: relay
async fn stream(State(upstream): State<Upstream>) -> Result<Response, ApiError> {
    relay(&upstream, "/server-a/stream").await
}

async fn relay(upstream: &Upstream, path: &str) -> Result<Response, ApiError> {
    let answer = upstream.get(path).await?;
    let content_type = answer.headers().get(header::CONTENT_TYPE).cloned();
    let mut response = Body::from_stream(flush_before_error(answer.bytes_stream())).into_response();
    if let Some(content_type) = content_type {
        response.headers_mut().insert(header::CONTENT_TYPE, content_type);
    }
    Ok(response)
}
// ANCHOR_END: relay

// ANCHOR: split-char
/// The pitfall: a piece ends where it ends, also in the middle of a character.
async fn decode_each_piece(
    State(upstream): State<Upstream>,
) -> Result<impl IntoResponse, ApiError> {
    let answer = upstream.get("/server-a/stream-split-char").await?;
    // Read again in pieces of at most 100 bytes.
    let bytes = StreamReader::new(answer.bytes_stream().map_err(io::Error::other));
    let pieces = ReaderStream::with_capacity(bytes, 100);
    let decoded = pieces.map(|piece| String::from_utf8(piece?.into()).map_err(io::Error::other));
    let json = [(header::CONTENT_TYPE, "application/json")];
    Ok((json, Body::from_stream(flush_before_error(decoded))))
}
// ANCHOR_END: split-char

/// Nobody listens on port 1, so the connection is refused.
async fn no_upstream(State(upstream): State<Upstream>) -> Result<Response, ApiError> {
    let nowhere = Upstream { base: "http://127.0.0.1:1".to_owned(), ..upstream };
    relay(&nowhere, "/server-a/stream").await
}
