//! A shutdown that ends, whatever its clients do: `axum-server` in the place of `axum::serve`.
//!
//! ```text
//! cargo run -p lesson-lifespan --example deadline
//! curl http://127.0.0.1:8000/endless
//! ```

use std::env;
use std::future::pending;

// ANCHOR: use
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

use axum_server::Handle;
use tokio::signal::unix::{SignalKind, signal};
// ANCHOR_END: use

use axum::routing::get;
use axum::{BoxError, Router};

#[tokio::main]
async fn main() -> Result<(), BoxError> {
    let port = env::var("LESSON_PORT").unwrap_or_else(|_| "8000".to_owned());
    let grace = env::var("LESSON_GRACE_MS").unwrap_or_else(|_| "10000".to_owned());
    let grace = Duration::from_millis(grace.parse()?);
    let app = Router::new().route("/endless", get(endless));

    // ANCHOR: serve
    let handle = Handle::new();
    tokio::spawn(stop_at_signal(handle.clone(), grace)?);
    let listener = TcpListener::bind(format!("127.0.0.1:{port}"))?; // std's, not tokio's
    println!("listening on http://{}", listener.local_addr()?);
    let server = axum_server::from_tcp(listener)?.handle(handle);
    let served = server.serve(app.into_make_service()).await;
    // ANCHOR_END: serve

    eprintln!("cleaned up");
    Ok(served?)
}

async fn endless() {
    eprintln!("waiting");
    pending::<()>().await;
}

// ANCHOR: stop
fn stop_at_signal(
    handle: Handle<SocketAddr>,
    grace: Duration,
) -> io::Result<impl Future<Output = ()>> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        handle.graceful_shutdown(Some(grace)); // `serve` returns by then, at the latest
        interrupt.recv().await; // somebody presses Ctrl-C again, and doesn't want to wait
        std::process::exit(130)
    })
}
// ANCHOR_END: stop
