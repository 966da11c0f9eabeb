//! On which thread a handler runs.
//!
//! Every handler is an `async fn`. FastAPI would run a plain `fn` on its pool; in axum it isn't
//! a handler, and doesn't compile:
//!
//! ```compile_fail
//! fn hello() -> &'static str {
//!     "hello"
//! }
//! let app: axum::Router = axum::Router::new().route("/", axum::routing::get(hello));
//! ```
//!
//! With `async` in front of it, it is:
//!
//! ```
//! async fn hello() -> &'static str {
//!     "hello"
//! }
//! let app: axum::Router = axum::Router::new().route("/", axum::routing::get(hello));
//! ```

use axum::routing::get;
use axum::{Json, Router};
use lesson_support::ApiError;
use serde::Serialize;
use tokio::runtime::worker_index;
use tokio::task::spawn_blocking;

use crate::AppState;

/// The section's routes.
pub fn router() -> Router<AppState> {
    Router::new().route("/where/async", get(in_the_handler)).route("/where/sync", get(in_the_pool))
}

// ANCHOR: where
/// Where a piece of code ran.
#[derive(Serialize)]
struct Place {
    /// On a thread that serves requests: FastAPI's main thread, a worker here.
    main_thread: bool,
}

impl Place {
    /// The place of whoever calls this.
    fn here() -> Self {
        Self { main_thread: worker_index().is_some() }
    }
}

async fn in_the_handler() -> Json<Place> {
    Json(Place::here())
}

async fn in_the_pool() -> Result<Json<Place>, ApiError> {
    let place = spawn_blocking(Place::here).await?;
    Ok(Json(place))
}
// ANCHOR_END: where
