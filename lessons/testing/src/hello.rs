//! The smallest handlers.

use axum::routing::get;
use axum::{Json, Router};
use serde::Serialize;

use crate::AppState;

// ANCHOR: hello
/// The section's routes.
pub fn router() -> Router<AppState> {
    Router::new().route("/hello/", get(hello)).route("/async/", get(tomato))
}

#[derive(Serialize)]
struct Hello {
    msg: &'static str,
}

async fn hello() -> Json<Hello> {
    Json(Hello { msg: "Hello World" })
}
// ANCHOR_END: hello

#[derive(Serialize)]
struct Tomato {
    message: &'static str,
}

async fn tomato() -> Json<Tomato> {
    Json(Tomato { message: "Tomato" })
}
