//! A connection: a local variable of the function that opens and closes it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::extract::State;
use axum::routing::get;
use axum::{Json, Router};
use lesson_support::Result;
use serde::Serialize;

use crate::AppState;
use crate::startup::Startup;

// ANCHOR: connection
/// Stands for a database: it is open or it is not.
pub struct Connection {
    open: AtomicBool,
}

impl Connection {
    /// Opens it.
    ///
    /// # Errors
    ///
    /// If it cannot be opened.
    pub async fn open(startup: &Startup) -> Result<Arc<Self>> {
        startup.may_fail("connection").map_err(|e| format!("cannot open the connection: {e}"))?;
        startup.events.add("connection opened");
        Ok(Arc::new(Self { open: AtomicBool::new(true) }))
    }

    /// Says goodbye to the other side. That takes an `await`, which `Drop` cannot do.
    ///
    /// # Errors
    ///
    /// If the other side does not answer.
    pub async fn close(&self, startup: &Startup) -> Result<()> {
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
