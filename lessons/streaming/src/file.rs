//! Server A: a file as a stream, in large pieces.

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::get;
use lesson_support::ApiError;
use tokio::fs::File;
use tokio_util::io::ReaderStream;

use crate::AppState;
use crate::failing::flush_before_error;

/// The section's route.
pub fn router() -> Router<AppState> {
    Router::new().route("/server-a/file", get(stream_file))
}

/// The file that server A streams.
#[derive(Clone, Debug)]
pub struct JsonFile(pub(crate) PathBuf);

impl JsonFile {
    /// The file at this path, or the small one that ships with the lesson.
    pub fn new(path: Option<OsString>) -> Self {
        let shipped = concat!(env!("CARGO_MANIFEST_DIR"), "/streamed.json");
        Self(path.unwrap_or_else(|| shipped.into()).into())
    }
}

/// The content type of everything that server A sends.
pub(crate) const JSON: [(header::HeaderName, &str); 1] =
    [(header::CONTENT_TYPE, "application/json")];

// ANCHOR: file
async fn stream_file(
    State(JsonFile(path)): State<JsonFile>,
) -> Result<impl IntoResponse, ApiError> {
    let file = open(&path).await?; // before the answer begins: `?` is still a 404
    let pieces = ReaderStream::with_capacity(file, 64 * 1024);
    Ok((JSON, Body::from_stream(flush_before_error(pieces))))
}

pub(crate) async fn open(path: &Path) -> Result<File, ApiError> {
    File::open(path).await.map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => ApiError::from_status(StatusCode::NOT_FOUND),
        _ => error.into(), // a 500; the log says why
    })
}
// ANCHOR_END: file
