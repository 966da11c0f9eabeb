//! The exercise's solution: the lines of a file as server-sent events.
//!
//! ```text
//! cargo run -p lesson-streaming --example lines_as_events
//! curl -N http://127.0.0.1:8000/lines
//! ```

use std::env;
use std::path::PathBuf;

use axum::Router;
use axum::extract::State;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::routing::get;
use futures_util::{Stream, TryStreamExt};
use lesson_streaming::failing::flush_before_error;
use lesson_support::{ApiError, Lesson, Result, Server};
use tokio::fs::File;
use tokio_util::codec::{FramedRead, LinesCodec, LinesCodecError};

const LESSON: Lesson = Lesson {
    name: "lines-as-events",
    title: "the lines of a file as server-sent events",
    try_first: &["-N {}/lines"],
    readme: "lessons/streaming/README.md",
};

#[tokio::main]
async fn main() -> Result<()> {
    let server = Server::from_args(LESSON).await?;
    let file = env::var_os("LESSON_JSON_FILE");
    let file = file.map_or_else(|| "lessons/streaming/streamed.json".into(), PathBuf::from);
    server.serve(Router::new().route("/lines", get(lines)).with_state(file)).await
}

// ANCHOR: solution
/// A line is kept in memory until it's sent. A longer one breaks the stream.
const LONGEST_LINE: usize = 64 * 1024;

async fn lines(
    State(path): State<PathBuf>,
) -> Result<Sse<impl Stream<Item = Result<Event, LinesCodecError>>>, ApiError> {
    // Before the answer begins, so an error still has its own status.
    let file = File::open(path).await?;
    let lines = FramedRead::new(file, LinesCodec::new_with_max_length(LONGEST_LINE));
    let events = lines.map_ok(|line| Event::default().data(line));
    Ok(Sse::new(flush_before_error(events)).keep_alive(KeepAlive::default()))
}
// ANCHOR_END: solution
