//! Takes files in: `cargo run --example upload --features multipart`, and then
//!
//! ```text
//! curl http://127.0.0.1:3000/uploadfile/ -F file=@README.md -F note=hello
//! curl http://127.0.0.1:3000/uploadfile/ -F note=hello
//! curl http://127.0.0.1:3000/lines/ -F file=@README.md
//! curl http://127.0.0.1:3000/echo/ -F file=@README.md
//! ```

use std::error::Error;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::body::Body;
use axum::extract::{DefaultBodyLimit, State};
use axum::response::IntoResponse;
use axum::routing::post;
use axum::{Extension, Router};
use fastapi_extract::{Form, FormLimits, Json, Rejection, UploadFile};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio_util::io::ReaderStream;
use tower_http::timeout::RequestBodyTimeoutLayer;

#[derive(Deserialize)]
struct Upload {
    file: UploadFile,
    note: Option<String>,
}

/// Saves the file under a number. Its name is the client's, so it is only shown.
async fn save(
    State(folder): State<PathBuf>,
    Form(upload): Form<Upload>,
) -> Result<Json<Value>, Rejection> {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    let id = NEXT.fetch_add(1, Ordering::Relaxed);
    upload.file.save_to(folder.join(format!("{id}.bin"))).await?;
    Ok(Json(json!({
        "id": id,
        "filename": upload.file.file_name(),
        "size": upload.file.size(),
        "note": upload.note,
    })))
}

/// Counts lines without having the file in memory.
async fn lines(Form(upload): Form<Upload>) -> Result<Json<u64>, Rejection> {
    let mut lines = BufReader::new(upload.file.reader()).split(b'\n');
    let mut count = 0;
    while lines.next_segment().await?.is_some() {
        count += 1;
    }
    Ok(Json(count))
}

/// Sends the file back piece by piece.
async fn echo(Form(upload): Form<Upload>) -> impl IntoResponse {
    Body::from_stream(ReaderStream::new(upload.file.reader()))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::temp_dir().join("fastapi-extract-uploads");
    tokio::fs::create_dir_all(&folder).await?;
    let app = Router::new()
        .route("/uploadfile/", post(save))
        .route("/lines/", post(lines))
        .route("/echo/", post(echo))
        // 1 GiB for files, whose pieces go to disk; nothing else may be as large.
        .layer(DefaultBodyLimit::max(1024 * 1024 * 1024))
        .layer(Extension(FormLimits::default().max_files(10).max_fields(10)))
        // A client that stops sending is let go.
        .layer(RequestBodyTimeoutLayer::new(Duration::from_secs(10)))
        .with_state(folder);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}
