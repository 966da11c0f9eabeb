//! The response-models lesson: what a client sees of your data.
//!
//! ```text
//! cargo run -p lesson-response-models
//! curl http://127.0.0.1:8000/exclude-nothing/items/foo
//! ```
//!
//! `README.md` beside this folder is the lesson's text. Each module is a section of it, or of a
//! page in `docs/`.

use std::time::Duration;

use axum::Router;
use axum::extract::FromRef;
use lesson_support::{EventLog, Lesson, Result, Server};
use lesson_support::{method_not_allowed, not_found, panic_response, request_log, shared_routes};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::timeout::RequestBodyTimeoutLayer;

pub mod back;
pub mod camel_case;
pub mod catalogue;
pub mod complete;
pub mod encoding;
pub mod fields;
pub mod given;
pub mod items;
pub mod left_out;
pub mod parcels;
pub mod partial_update;
pub mod redirect;
pub mod site;
pub mod statuses;

use items::Items;
use parcels::Parcels;
use site::Addresses;

/// What the lesson prints when it starts.
pub const LESSON: Lesson = Lesson {
    name: "lesson-response-models",
    title: "what a client sees of your data",
    try_first: &[
        "{}/exclude-nothing/items/foo",
        "-i {}/redirect-return/my-redirect",
        "{}/openapi.json",
    ],
    readme: "lessons/response-models/README.md",
};

/// What the handlers share. Each takes the part it needs: `State(items): State<Items>`.
#[derive(Clone, FromRef)]
pub struct AppState {
    /// The records that the answers are made from.
    pub items: Items,
    /// What clients have sent.
    pub parcels: Parcels,
    /// Our own address, for redirects.
    pub addresses: Addresses,
    /// The lines at `/_events`.
    pub events: EventLog,
    /// How long a client may be silent while it sends a body.
    pub read_timeout: Duration,
}

impl AppState {
    /// What's made when the program starts.
    ///
    /// # Errors
    ///
    /// If `LESSON_PUBLIC_URL` isn't an address.
    pub fn new(server: &Server) -> Result<Self> {
        Ok(Self {
            items: Items::new(),
            parcels: Parcels::default(),
            addresses: Addresses::from_env(server)?,
            events: server.events(),
            read_timeout: server.read_timeout(),
        })
    }
}

/// The whole app: every section's routes, and what goes around them.
pub fn app(state: AppState) -> Router {
    Router::new()
        .merge(complete::router())
        .merge(fields::router())
        .merge(left_out::router())
        .merge(given::router())
        .merge(partial_update::router())
        .merge(camel_case::router())
        .merge(redirect::router())
        .merge(parcels::router())
        .merge(statuses::router())
        .merge(encoding::router())
        .merge(back::router())
        .merge(catalogue::router())
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
