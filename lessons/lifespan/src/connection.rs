//! A connection that is a local variable of the function that opens and closes it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::extract::State;
use axum::routing::get;
use axum::{Json, Router};
use lesson_support::Result;
use serde::Serialize;

use crate::AppState;
use crate::first_error::first_error;
use crate::startup::Startup;

// ANCHOR: with-connection
/// Opens a connection, lends it to `body`, and closes it, whatever `body` returned.
///
/// # Errors
///
/// If the connection cannot be opened or closed, or what `body` returned.
pub async fn with_connection<F>(startup: &Startup, body: F) -> Result<()>
where
    F: AsyncFnOnce(Arc<Connection>) -> Result<()>,
{
    let connection = Arc::new(Connection::open(startup).await?);
    startup.events.add("connection opened");

    let outcome = body(Arc::clone(&connection)).await;

    let closed = connection.close(startup).await;
    first_error(outcome, closed)
}
// ANCHOR_END: with-connection

// ANCHOR: connection
/// Stands for a database: it is open or it is not.
pub struct Connection {
    open: AtomicBool,
}

impl Connection {
    async fn open(startup: &Startup) -> Result<Self> {
        startup.may_fail("connection").map_err(|e| format!("cannot open the connection: {e}"))?;
        Ok(Self { open: AtomicBool::new(true) })
    }

    async fn close(&self, startup: &Startup) -> Result<()> {
        startup.may_fail("close").map_err(|e| format!("cannot close the connection: {e}"))?;
        self.open.store(false, Ordering::Relaxed);
        startup.events.add("connection closed");
        Ok(())
    }

    /// Whether it can be used.
    pub fn is_open(&self) -> bool {
        self.open.load(Ordering::Relaxed)
    }
}
// ANCHOR_END: connection

// ANCHOR: shared
/// The section's routes.
pub fn router() -> Router<AppState> {
    Router::new().route("/shared/connection", get(show))
}

#[derive(Serialize)]
struct Shown {
    open: bool,
}

async fn show(State(connection): State<Arc<Connection>>) -> Json<Shown> {
    Json(Shown { open: connection.is_open() })
}
// ANCHOR_END: shared
