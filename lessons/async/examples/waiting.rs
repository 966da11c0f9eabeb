//! Three ways to wait, as a whole program in plain axum.
//!
//! ```text
//! cargo run -p lesson-async --example waiting
//! curl http://127.0.0.1:8000/awaits
//! ```

// ANCHOR: program
use std::thread;
use std::time::Duration;

use axum::Router;
use axum::http::StatusCode;
use axum::routing::get;
use tokio::net::TcpListener;
use tokio::task::spawn_blocking;
use tokio::time::sleep;

const DELAY: Duration = Duration::from_secs(1);

fn app() -> Router {
    Router::new()
        .route("/awaits", get(awaits))
        .route("/hands-over", get(hands_over))
        .route("/blocks", get(blocks))
        .route("/ping", get(async || "pong\n"))
}

#[tokio::main(worker_threads = 1)] // FastAPI's event loop is one thread, too
async fn main() -> std::io::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:8000").await?;
    axum::serve(listener, app()).await
}
// ANCHOR_END: program

// ANCHOR: handlers
/// Lends its thread to other requests while it waits.
async fn awaits() -> &'static str {
    sleep(DELAY).await;
    "done\n"
}

/// Blocks a thread of the pool, which is there for that.
async fn hands_over() -> Result<&'static str, StatusCode> {
    match spawn_blocking(|| thread::sleep(DELAY)).await {
        Ok(()) => Ok("done\n"),
        Err(_panic) => Err(StatusCode::INTERNAL_SERVER_ERROR),
    }
}

/// The trap: blocks the thread that serves everybody.
async fn blocks() -> &'static str {
    thread::sleep(DELAY);
    "done\n"
}
// ANCHOR_END: handlers

#[cfg(test)]
mod tests {
    use tokio::join;

    use super::*;

    #[tokio::test]
    async fn all_three_answer() {
        let _ = app(); // a path that axum doesn't understand would panic here
        let (awaited, handed_over, blocked) = join!(awaits(), hands_over(), blocks());
        assert_eq!((awaited, handed_over, blocked), ("done\n", Ok("done\n"), "done\n"));
    }
}
