//! Server A: a file as a stream, in large pieces and character by character.

// ANCHOR: use
use std::convert::Infallible;
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};

use async_stream::{stream, try_stream};
use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::get;
use futures_util::Stream;
use lesson_support::ApiError;
use tokio::fs::File;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio_util::io::ReaderStream;

use crate::AppState;
use crate::failing::flush_before_error;
// ANCHOR_END: use

/// The section's routes.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/server-a/stream", get(stream_characters))
        .route("/server-a/file", get(stream_file))
        .route("/server-a/stream-missing-file", get(missing_file))
        .route("/server-a/stream-split-char", get(split_character))
        .route("/server-a/stream-breaks", get(breaks))
}

/// The file that server A streams.
#[derive(Clone, Debug)]
pub struct JsonFile(PathBuf);

impl JsonFile {
    /// The file at this path, or the small one that ships with the lesson.
    pub fn new(path: Option<OsString>) -> Self {
        let shipped = concat!(env!("CARGO_MANIFEST_DIR"), "/streamed.json");
        Self(path.unwrap_or_else(|| shipped.into()).into())
    }
}

const JSON: [(header::HeaderName, &str); 1] = [(header::CONTENT_TYPE, "application/json")];

// ANCHOR: file
async fn stream_file(
    State(JsonFile(path)): State<JsonFile>,
) -> Result<impl IntoResponse, ApiError> {
    let file = open(&path).await?; // before the answer begins: `?` is still a 404
    let pieces = ReaderStream::with_capacity(file, 64 * 1024);
    Ok((JSON, Body::from_stream(flush_before_error(pieces))))
}

async fn open(path: &Path) -> Result<File, ApiError> {
    File::open(path).await.map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => ApiError::from_status(StatusCode::NOT_FOUND),
        _ => error.into(), // a 500; the log says why
    })
}
// ANCHOR_END: file

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
    // The first byte of a character says how many there are: 0xxxxxxx, 110xxxxx, 1110xxxx…
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

async fn breaks() -> impl IntoResponse {
    (JSON, Body::from_stream(flush_before_error(half_a_file())))
}

fn half_a_file() -> impl Stream<Item = io::Result<&'static str>> {
    try_stream! {
        for piece in ["{\"numbers\": [", "1, ", "2, "] {
            yield piece;
        }
        Err(io::Error::other("server A fails half-way"))?;
    }
}
