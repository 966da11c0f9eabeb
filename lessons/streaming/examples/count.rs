//! A text stream, as a whole program in plain axum.
//!
//! ```text
//! cargo run -p lesson-streaming --example count
//! curl -N http://127.0.0.1:8000/count
//! ```

// ANCHOR: program
use std::convert::Infallible;
use std::time::Duration;

use async_stream::stream;
use axum::Router;
use axum::body::Body;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use axum::routing::get;
use tokio::net::TcpListener;
use tokio::time::sleep;

async fn count() -> impl IntoResponse {
    let pieces = stream! {
        for number in 1..=5 {
            yield Ok::<_, Infallible>(format!("{number}\n"));
            sleep(Duration::from_secs(1)).await; // tokio's: std's would block the thread
        }
    };
    ([(CONTENT_TYPE, "text/plain; charset=utf-8")], Body::from_stream(pieces))
}

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:8000").await?;
    axum::serve(listener, Router::new().route("/count", get(count))).await
}
// ANCHOR_END: program

#[cfg(test)]
mod tests {
    use axum::body::to_bytes;
    use tokio::time::Instant;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn it_counts_once_a_second() {
        let response = count().await.into_response();
        assert_eq!(response.headers()[CONTENT_TYPE], "text/plain; charset=utf-8");
        let started = Instant::now();
        let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        assert_eq!(body, "1\n2\n3\n4\n5\n");
        assert_eq!(started.elapsed(), Duration::from_secs(5));
    }
}
