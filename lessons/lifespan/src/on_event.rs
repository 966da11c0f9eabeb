//! The older style: one function for the start, another for the end.
//!
//! Nothing collects such functions for you, so nothing can ignore one either. If you forget
//! to call it, the compiler calls it dead code:
//!
//! ```compile_fail
//! #![deny(dead_code)]
//! async fn on_startup() {}
//!
//! # #[tokio::main(flavor = "current_thread")]
//! async fn main() {}
//! ```
//!
//! ```
//! #![deny(dead_code)]
//! async fn on_startup() {}
//!
//! # #[tokio::main(flavor = "current_thread")]
//! async fn main() {
//!     on_startup().await;
//! }
//! ```

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, Router};
use fastapi_extract::Path;
use lesson_support::{ApiError, EventLog, Result};
use serde::Serialize;
use tokio::fs::OpenOptions;
use tokio::io::AsyncWriteExt;

use crate::AppState;

// ANCHOR: two-functions
/// What the two functions and the handlers share. It's empty until the first one has run.
#[derive(Clone, Default)]
pub struct Items {
    by_id: Arc<OnceLock<BTreeMap<&'static str, Item>>>,
}

/// What the routes answer.
#[derive(Clone, Copy, Serialize)]
pub struct Item {
    name: &'static str,
}

/// Fills the items.
pub fn on_startup(items: &Items, events: &EventLog) {
    items.by_id.get_or_init(|| {
        BTreeMap::from([("foo", Item { name: "Fighters" }), ("bar", Item { name: "Tenders" })])
    });
    events.add("items filled");
}

/// Appends "Application shutdown" to the file, if one is given.
///
/// # Errors
///
/// If the file can't be written.
pub async fn on_shutdown(file: Option<&str>, events: &EventLog) -> Result<()> {
    if let Some(path) = file {
        append(path, "Application shutdown").await.map_err(|e| format!("{path}: {e}"))?;
    }
    events.add("shutdown noted");
    Ok(())
}
// ANCHOR_END: two-functions

// ANCHOR: append
async fn append(path: &str, text: &str) -> std::io::Result<()> {
    let mut file = OpenOptions::new().append(true).create(true).open(path).await?;
    file.write_all(text.as_bytes()).await?;
    // tokio writes on another thread: without this, the text may never arrive.
    file.flush().await
}
// ANCHOR_END: append

// ANCHOR: read-item
/// The section's route. It can be made before `on_startup` has run, or without it.
pub fn router() -> Router<AppState> {
    Router::new().route("/on-event/items/{item_id}", get(read_item))
}

async fn read_item(
    Path(item_id): Path<String>,
    State(items): State<Items>,
) -> Result<Json<Item>, ApiError> {
    let Some(by_id) = items.by_id.get() else {
        return Err(ApiError::unexpected("the start-up function has not run"));
    };
    match by_id.get(item_id.as_str()) {
        Some(item) => Ok(Json(*item)),
        None => Err(ApiError::new(StatusCode::NOT_FOUND, "Item not found")),
    }
}
// ANCHOR_END: read-item
