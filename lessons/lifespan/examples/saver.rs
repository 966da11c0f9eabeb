//! A task beside the server: a counter of visits that's also saved while the server runs.
//!
//! ```text
//! cargo run -p lesson-lifespan --example saver
//! curl -X POST http://127.0.0.1:8000/visit
//! ```

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use std::{env, io};

use axum::extract::State;
use axum::routing::post;
use axum::{BoxError, Router};
use tokio::fs;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

// ANCHOR: main
#[tokio::main]
async fn main() -> Result<(), BoxError> {
    let port = env::var("LESSON_PORT").unwrap_or_else(|_| "8000".to_owned());
    let path = env::var("LESSON_VISITS").unwrap_or_else(|_| "visits.txt".to_owned());
    let period = env::var("LESSON_SAVE_MS").unwrap_or_else(|_| "10000".to_owned());
    let period = Duration::from_millis(period.parse()?);
    let signal = stop_signal()?;
    let listener = TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    let visits = Arc::new(AtomicU64::new(read(&path).await?));

    let stop = CancellationToken::new();
    let saver = tokio::spawn(save_every(period, path, Arc::clone(&visits), stop.clone()));

    println!("listening on http://{}", listener.local_addr()?);
    let app = Router::new().route("/visit", post(visit)).with_state(visits);
    let served = axum::serve(listener, app).with_graceful_shutdown(signal).await;

    stop.cancel();
    let saved = saver.await?; // the task saves once more before it ends
    Ok(served.and(saved)?)
}
// ANCHOR_END: main

// ANCHOR: save-every
/// Saves the number now and then, and a last time when it's told to stop.
async fn save_every(
    period: Duration,
    path: String,
    visits: Arc<AtomicU64>,
    stop: CancellationToken,
) -> io::Result<()> {
    loop {
        let is_last = timeout(period, stop.cancelled()).await.is_ok();
        let saved = fs::write(&path, visits.load(Ordering::Relaxed).to_string()).await;
        match saved {
            saved if is_last => return saved,
            Ok(()) => {}
            Err(error) => eprintln!("cannot save: {path}: {error}"), // the next time, perhaps
        }
    }
}
// ANCHOR_END: save-every

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

fn stop_signal() -> io::Result<impl Future<Output = ()>> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}
