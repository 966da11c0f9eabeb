//! Text that is sent piece by piece, and where its characters end.

use std::convert::Infallible;
use std::io;

use async_stream::{stream, try_stream};
use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, Method};
use axum::response::IntoResponse;
use axum::routing::get;
use futures_util::{Stream, StreamExt, TryStreamExt};
use lesson_support::ApiError;
use tokio::fs::File;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio_util::io::{ReaderStream, StreamReader};

use crate::AppState;
use crate::failing::flush_before_error;
use crate::file::{JSON, JsonFile, open};
use crate::upstream::{Upstream, pieces};

/// The section's routes.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/server-a/stream", get(stream_characters))
        .route("/server-a/stream-missing-file", get(missing_file))
        .route("/server-a/stream-split-char", get(split_character))
        .route("/server-b/stream-split-char", get(decode_each_piece))
}

// ANCHOR: characters
async fn stream_characters(
    State(JsonFile(path)): State<JsonFile>,
) -> Result<impl IntoResponse, ApiError> {
    let file = open(&path).await?;
    Ok((JSON, Body::from_stream(flush_before_error(characters(file)))))
}

/// A piece for each character: as wasteful as Python's `yield from row`, and good to watch.
fn characters(file: File) -> impl Stream<Item = io::Result<String>> {
    let mut bytes = BufReader::new(file);
    try_stream! {
        while let Some(character) = next_character(&mut bytes).await? {
            yield character;
        }
    }
}
// ANCHOR_END: characters

// ANCHOR: next-character
/// Not `read_line`, which keeps a whole line in memory, however long it is.
async fn next_character(bytes: &mut BufReader<File>) -> io::Result<Option<String>> {
    let Some(&first) = bytes.fill_buf().await?.first() else { return Ok(None) };
    // The first byte says how many there are: 0xxxxxxx one, 110xxxxx two, 1110xxxx three…
    let mut character = vec![0; first.leading_ones().clamp(1, 4) as usize];
    bytes.read_exact(&mut character).await?;
    String::from_utf8(character).map(Some).map_err(io::Error::other)
}
// ANCHOR_END: next-character

async fn missing_file(State(JsonFile(path)): State<JsonFile>) -> Result<Body, ApiError> {
    let file = open(&path.with_file_name("no-such-file.json")).await?;
    Ok(Body::from_stream(flush_before_error(characters(file))))
}

/// A character of three bytes, the first of which is the body's hundredth byte.
async fn split_character() -> impl IntoResponse {
    let text = format!("{}가{}", "x".repeat(99), "y".repeat(20));
    (JSON, Body::from_stream(stream! { yield Ok::<_, Infallible>(text) }))
}

// ANCHOR: split-char
/// The trap: a piece can end in the middle of a character.
async fn decode_each_piece(
    State(upstream): State<Upstream>,
) -> Result<impl IntoResponse, ApiError> {
    let path = "/server-a/stream-split-char";
    let answer = upstream.ask(Method::GET, path, HeaderMap::new()).await?;
    // The same bytes in pieces of at most 100.
    let bytes = StreamReader::new(pieces(answer).map_err(io::Error::other));
    let hundreds = ReaderStream::with_capacity(bytes, 100);
    let decoded = hundreds.map(|piece| String::from_utf8(piece?.into()).map_err(io::Error::other));
    Ok((JSON, Body::from_stream(flush_before_error(decoded))))
}
// ANCHOR_END: split-char
