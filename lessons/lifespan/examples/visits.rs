//! A whole program in plain axum: a counter of visits that outlives the process.
//!
//! ```text
//! cargo run -p lesson-lifespan --example visits
//! curl -X POST http://127.0.0.1:8000/visit
//! ```

// ANCHOR: use
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::{env, io};

use axum::extract::State;
use axum::routing::post;
use axum::{BoxError, Router};
use tokio::fs;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
// ANCHOR_END: use

// ANCHOR: main
#[tokio::main]
async fn main() -> Result<(), BoxError> {
    // Start-up. An error ends the program before it has served anything.
    let port = env::var("LESSON_PORT").unwrap_or_else(|_| "8000".to_owned());
    let path = env::var("LESSON_VISITS").unwrap_or_else(|_| "visits.txt".to_owned());
    let stop = stop_signal()?;
    let listener = TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    let visits = Arc::new(AtomicU64::new(read(&path).await?));

    // Serving: FastAPI's `yield`. It lasts until the signal, and then until the last answer.
    println!("listening on http://{}", listener.local_addr()?);
    let app = Router::new().route("/visit", post(visit)).with_state(Arc::clone(&visits));
    let served = axum::serve(listener, app).with_graceful_shutdown(stop).await;

    // Clean-up. It runs even if serving has failed, because there's no `?` in the line above.
    let saved = fs::write(&path, visits.load(Ordering::Relaxed).to_string()).await;
    Ok(served.and(saved)?)
}
// ANCHOR_END: main

// ANCHOR: functions
/// The number in the file, or 0 if there's no file yet.
async fn read(path: &str) -> Result<u64, BoxError> {
    match fs::read_to_string(path).await {
        Ok(text) => text.trim().parse().map_err(|error| format!("{path}: {error}").into()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(0),
        Err(error) => Err(format!("{path}: {error}").into()),
    }
}

async fn visit(State(visits): State<Arc<AtomicU64>>) -> String {
    (visits.fetch_add(1, Ordering::Relaxed) + 1).to_string()
}

/// Ctrl-C, or SIGTERM, which a container gets when it's stopped.
fn stop_signal() -> io::Result<impl Future<Output = ()>> {
    let mut interrupt = signal(SignalKind::interrupt())?; // from here on, neither ends the process
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}
// ANCHOR_END: functions
