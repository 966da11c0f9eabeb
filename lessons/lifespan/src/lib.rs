//! The lifespan lesson: what happens before the first request and after the last.
//!
//! ```text
//! cargo run -p lesson-lifespan
//! curl 'http://127.0.0.1:8000/model/predict?x=2'
//! ```
//!
//! The text of the lesson is `README.md` beside this folder. The modules are its
//! sections, in reading order.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::FromRef;
use lesson_support::{EventLog, Lesson, Result, Server, Tick};
use lesson_support::{method_not_allowed, not_found, panic_response, request_log, shared_routes};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::timeout::RequestBodyTimeoutLayer;

pub mod connection;
pub mod first_error;
pub mod model;
pub mod on_event;
pub mod startup;
pub mod sub_app;

use connection::{Connection, with_connection};
use first_error::first_error;
use model::{Model, with_model};
use on_event::Items;
use startup::Startup;
use sub_app::with_sub_app;

/// What the lesson prints when it starts.
pub const LESSON: Lesson = Lesson {
    name: "lesson-lifespan",
    title: "what happens before the first request and after the last",
    try_first: &["{}/_events", "'{}/model/predict?x=2'", "'{}/model/slow-predict?x=2'"],
    readme: "lessons/lifespan/README.md",
};

/// The older style around the newer one: two functions, and scopes between them.
///
/// A server can be served once, because `serve` takes it by value. A second one, the
/// counterpart of a second `yield`, does not compile:
///
/// ```compile_fail,E0382
/// # use axum::Router;
/// # use lesson_support::{Result, Server};
/// async fn main(server: Server) -> Result<()> {
///     server.serve(Router::new()).await?;
///     server.serve(Router::new()).await?;
///     Ok(())
/// }
/// ```
///
/// # Errors
///
/// If a step of the start-up or of the shutdown fails, or the listener does.
// ANCHOR: lesson
pub async fn lesson(server: Server, startup: Startup) -> Result<()> {
    let items = Items::default();

    on_event::on_startup(&items, &startup.events).await;
    // No `?` here: the second function must run whatever came before it.
    let served = serve_in_scopes(server, &startup, items).await;
    let noted = on_event::on_shutdown(startup.shutdown_log.as_deref(), &startup.events).await;
    first_error(served, noted)
}
// ANCHOR_END: lesson

// ANCHOR: scopes
/// Entered from the outside in, left from the inside out.
async fn serve_in_scopes(server: Server, startup: &Startup, items: Items) -> Result<()> {
    with_model(startup, async |model| {
        with_connection(startup, async |connection| {
            with_sub_app(async |sub_app| {
                let (tick, events) = (startup.tick, startup.events.clone());
                let read_timeout = server.read_timeout();
                let state = AppState { tick, events, read_timeout, items, model, connection };
                server.serve(app(state, sub_app)).await
            })
            .await
        })
        .await
    })
    .await
}
// ANCHOR_END: scopes

// ANCHOR: state
/// What the handlers share. A clone of it is a handful of pointers to the same values.
#[derive(Clone, FromRef)]
pub struct AppState {
    /// The unit of all pauses.
    pub tick: Tick,
    /// The log that makes order visible.
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
/// The whole lesson as one router, its sections in reading order.
pub fn app(state: AppState, sub_app: Router) -> Router {
    Router::new()
        .merge(model::router())
        .merge(connection::router())
        .merge(on_event::router())
        .nest_service("/mounted", sub_app.clone())
        .nest_service("/mounted-entered", sub_app)
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
