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

/// Stands for a database: it's open, or it isn't.
pub struct Connection {
    is_open: AtomicBool,
}

impl Connection {
    /// Opens it.
    ///
    /// # Errors
    ///
    /// If it can't be opened.
    pub async fn open(startup: &Startup) -> Result<Self> {
        startup.may_fail("connection").map_err(|e| format!("cannot open the connection: {e}"))?;
        startup.events.add("connection opened");
        Ok(Self { is_open: AtomicBool::new(true) })
    }

    // ANCHOR: close
    /// Says goodbye to the other side, which takes an `.await` and can fail.
    ///
    /// # Errors
    ///
    /// If the other side doesn't answer.
    pub async fn close(&self, startup: &Startup) -> Result<()> {
        startup.may_fail("close").map_err(|e| format!("cannot close the connection: {e}"))?;
        self.is_open.store(false, Ordering::Relaxed);
        startup.events.add("connection closed");
        Ok(())
    }
    // ANCHOR_END: close

    /// Whether it can be used.
    pub fn is_open(&self) -> bool {
        self.is_open.load(Ordering::Relaxed)
    }
}

/// The section's route.
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
