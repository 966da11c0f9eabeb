//! A task that the shutdown waits for, in plain axum.
//!
//! ```text
//! cargo run -p lesson-background-tasks --example notify
//! curl -X POST http://127.0.0.1:8000/notify/ann@example.org
//! ```

use std::env;
// ANCHOR: use
use std::io;
use std::time::Duration;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::post;
use tokio::net::TcpListener;
#[cfg(unix)]
use tokio::signal::unix::{self, SignalKind};
use tokio::time::{sleep, timeout};
use tokio_util::task::TaskTracker;
// ANCHOR_END: use

// ANCHOR: main
#[tokio::main]
async fn main() -> io::Result<()> {
    let tracker = TaskTracker::new();
    let app = Router::new().route("/notify/{email}", post(notify)).with_state(tracker.clone());
    let listener = TcpListener::bind(address()).await?;
    let stopped = stop_signal()?; // from here on, Ctrl-C no longer kills the process
    println!("listening on http://{}", listener.local_addr()?);
    axum::serve(listener, app).with_graceful_shutdown(stopped).await?;

    tracker.close(); // there will be no more tasks, so `wait` can end
    if timeout(Duration::from_secs(10), tracker.wait()).await.is_err() {
        eprintln!("{} tasks are lost", tracker.len());
    }
    Ok(())
}

async fn notify(State(tracker): State<TaskTracker>, Path(email): Path<String>) -> StatusCode {
    tracker.spawn(send_mail(email));
    StatusCode::ACCEPTED
}
// ANCHOR_END: main

async fn send_mail(email: String) {
    sleep(Duration::from_millis(500)).await; // a slow mail server
    eprintln!("mail to {email} sent");
}

/// Port 8000, or the one that `LESSON_PORT` names.
fn address() -> String {
    format!("127.0.0.1:{}", env::var("LESSON_PORT").unwrap_or_else(|_| "8000".to_owned()))
}

/// Ends at Ctrl-C, or at SIGTERM, which a container gets when it is stopped.
#[cfg(unix)]
fn stop_signal() -> io::Result<impl Future<Output = ()>> {
    let mut ctrl_c = unix::signal(SignalKind::interrupt())?;
    let mut sigterm = unix::signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = ctrl_c.recv() => {}
            _ = sigterm.recv() => {}
        }
    })
}

/// Ends at Ctrl-C.
#[cfg(not(unix))]
fn stop_signal() -> io::Result<impl Future<Output = ()>> {
    Ok(async {
        if let Err(error) = tokio::signal::ctrl_c().await {
            eprintln!("cannot wait for Ctrl-C: {error}");
        }
    })
}
