//! Which thread a handler runs on.
//!
//! Every handler is an `async fn`. FastAPI would run a plain function on its pool; axum has no
//! use for one, and it doesn't compile:
//!
//! ```compile_fail
//! fn hello() -> &'static str {
//!     "hello"
//! }
//! let app: axum::Router = axum::Router::new().route("/", axum::routing::get(hello));
//! ```
//!
//! With `async` in front of it, it does:
//!
//! ```
//! async fn hello() -> &'static str {
//!     "hello"
//! }
//! let app: axum::Router = axum::Router::new().route("/", axum::routing::get(hello));
//! ```
//!
//! At an `.await`, a handler may move to another worker. So it can't keep what isn't [`Send`]:
//!
//! ```compile_fail
//! async fn hello() -> String {
//!     let name = std::rc::Rc::new("you");
//!     tokio::task::yield_now().await;
//!     format!("hello, {name}")
//! }
//! let app: axum::Router = axum::Router::new().route("/", axum::routing::get(hello));
//! ```
//!
//! With an `Arc`, it compiles:
//!
//! ```
//! async fn hello() -> String {
//!     let name = std::sync::Arc::new("you");
//!     tokio::task::yield_now().await;
//!     format!("hello, {name}")
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
#[derive(Serialize)]
struct Place {
    /// Whether this thread serves requests: the main thread in FastAPI, a worker here.
    main_thread: bool,
}

impl Place {
    /// Where the caller runs.
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
