//! The response-models lesson: what a client sees of your data.
//!
//! ```text
//! cargo run -p lesson-response-models
//! curl http://127.0.0.1:8000/exclude-unset/items/foo
//! ```
//!
//! The text of the lesson is `README.md` beside this folder. The modules are its
//! sections, in reading order.

use axum::Router;
use axum::extract::FromRef;
use lesson_support::{Lesson, Result, Server, Threads};

pub mod catalogue;
pub mod complete;
pub mod encoding;
pub mod fields;
pub mod given;
pub mod items;
pub mod redirect;
pub mod sisters;
pub mod statuses;

use items::Items;
use redirect::BaseUrl;

/// What the lesson prints when it starts.
pub const LESSON: Lesson = Lesson {
    name: "lesson-response-models",
    title: "what a client sees of your data",
    try_first: &[
        "{}/exclude-unset/items/foo",
        "-i {}/redirect-return/my-redirect",
        "{}/openapi.json",
    ],
    readme: "lessons/response-models/README.md",
    threads: Threads::DEFAULT,
};

// ANCHOR: lesson
/// Everything before `serve` is start-up, everything after it is shutdown.
///
/// # Errors
///
/// If the listener fails.
pub async fn lesson(server: Server) -> Result<()> {
    let state = AppState { items: Items::new(), base_url: BaseUrl(server.base_url()) };
    server.serve(app(state)).await?;
    Ok(())
}

/// What the handlers share. Each takes the part it needs: `State(items): State<Items>`.
#[derive(Clone, FromRef)]
pub struct AppState {
    /// The records that the models are read from.
    pub items: Items,
    /// The server's own address, for redirects.
    pub base_url: BaseUrl,
}

/// The whole lesson as one router, its sections in reading order.
pub fn app(state: AppState) -> Router {
    Router::new()
        .merge(complete::router(state.clone()))
        .merge(given::router(state.clone()))
        .merge(sisters::router(state.clone()))
        .merge(fields::router(state.clone()))
        .merge(redirect::router(state.clone()))
        .merge(statuses::router(state.clone()))
        .merge(encoding::router())
        .merge(catalogue::router(state))
}
// ANCHOR_END: lesson
