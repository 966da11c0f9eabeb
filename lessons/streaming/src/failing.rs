//! A body that fails: what was made before the failure should still arrive.

use std::io;

use async_stream::try_stream;
use axum::Router;
use axum::body::Body;
use axum::response::IntoResponse;
use axum::routing::get;
use futures_util::{Stream, StreamExt};
use tokio::task::yield_now;

use crate::AppState;
use crate::file::JSON;

/// The section's route.
pub fn router() -> Router<AppState> {
    Router::new().route("/server-a/stream-breaks", get(breaks))
}

// ANCHOR: breaks
async fn breaks() -> impl IntoResponse {
    (JSON, Body::from_stream(flush_before_error(half_a_file())))
}

fn half_a_file() -> impl Stream<Item = io::Result<&'static str>> {
    try_stream! {
        yield "{\"numbers\": [";
        yield "1, ";
        yield "2, ";
        Err(io::Error::other("server A fails half-way"))?;
    }
}
// ANCHOR_END: breaks

// ANCHOR: flush-before-error
/// Lets hyper send the pieces before an error.
///
/// When a body fails, hyper closes the connection and drops what it hasn't sent yet: the last
/// pieces, or even the head. While a body is pending, hyper sends. So be pending once, and then
/// fail. A client that reads too slowly can still miss the last pieces.
pub fn flush_before_error<T, E>(
    pieces: impl Stream<Item = Result<T, E>>,
) -> impl Stream<Item = Result<T, E>> {
    pieces.then(async |piece| {
        if piece.is_err() {
            yield_now().await;
        }
        piece
    })
}
// ANCHOR_END: flush-before-error
