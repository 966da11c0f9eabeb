//! The lifespan lesson: what happens before the first request and after the last.
//!
//! ```text
//! cargo run -p lesson-lifespan
//! curl 'http://127.0.0.1:8000/model/predict?x=2'
//! ```
//!
//! The lesson's text is `README.md`, in the folder above this one.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::FromRef;
use lesson_support::{EventLog, Lesson, Tick};
use lesson_support::{method_not_allowed, not_found, panic_response, request_log, shared_routes};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::timeout::RequestBodyTimeoutLayer;

pub mod connection;
pub mod first_error;
pub mod model;
pub mod on_event;
pub mod startup;
pub mod sub_app;

use connection::Connection;
use model::Model;
use on_event::Items;
use sub_app::SubApp;

/// What the lesson prints when it starts.
pub const LESSON: Lesson = Lesson {
    name: "lesson-lifespan",
    title: "what happens before the first request and after the last",
    try_first: &["{}/_events", "'{}/model/predict?x=2'", "'{}/model/slow-predict?x=2'"],
    readme: "lessons/lifespan/README.md",
};

// ANCHOR: state
/// What the handlers share. A clone of it is a few pointers to the same values.
#[derive(Clone, FromRef)]
pub struct AppState {
    /// The unit of all pauses.
    pub tick: Tick,
    /// The lines at `/_events`, which make order visible.
    pub events: EventLog,
    /// How long a client may be silent within a request's body.
    pub read_timeout: Duration,
    /// Filled by the older start-up function.
    pub items: Items,
    /// Loaded once, read by every prediction.
    pub model: Arc<Model>,
    /// Opened once.
    pub connection: Arc<Connection>,
}
// ANCHOR_END: state

// ANCHOR: app
/// The whole lesson as one router.
pub fn app(state: AppState, sub_app: &SubApp) -> Router {
    Router::new()
        .merge(model::router())
        .merge(connection::router())
        .merge(on_event::router())
        .nest("/mounted", sub_app.router())
        .nest("/mounted-entered", sub_app.router())
        .merge(shared_routes(LESSON))
        .fallback(not_found)
        .method_not_allowed_fallback(method_not_allowed)
        // The first is the outermost.
        .layer((
            request_log(),
            CatchPanicLayer::custom(panic_response),
            RequestBodyTimeoutLayer::new(state.read_timeout),
        ))
        .with_state(state)
}
// ANCHOR_END: app
