//! The lesson's exercise, solved: the lines of a file as server-sent events.
//!
//! ```text
//! cargo run -p lesson-streaming --example lines_as_events
//! curl -N http://127.0.0.1:8000/lines
//! ```

use std::io;

use async_stream::try_stream;
use axum::Router;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::routing::get;
use futures_util::Stream;
use lesson_support::{ApiError, Lesson, Result, Server};
use tokio::fs::File;
use tokio::io::{AsyncBufReadExt, BufReader};

const LESSON: Lesson = Lesson {
    name: "lines-as-events",
    title: "the lines of a file as server-sent events",
    try_first: &["-N {}/lines"],
    readme: "lessons/streaming/README.md",
};

#[tokio::main]
async fn main() -> Result<()> {
    let server = Server::from_args(LESSON).await?;
    server.serve(Router::new().route("/lines", get(lines))).await
}

// ANCHOR: solution
async fn lines() -> Result<Sse<impl Stream<Item = io::Result<Event>>>, ApiError> {
    // Opened before the answer begins: a missing file is no stream that breaks.
    let file = File::open("lessons/streaming/streamed.json").await?;
    Ok(Sse::new(line_events(file)).keep_alive(KeepAlive::default()))
}

/// The return type names the error, which `try_stream!` cannot guess.
fn line_events(file: File) -> impl Stream<Item = io::Result<Event>> {
    let mut lines = BufReader::new(file).lines();
    try_stream! {
        while let Some(line) = lines.next_line().await? {
            yield Event::default().data(line);
        }
    }
}
// ANCHOR_END: solution
