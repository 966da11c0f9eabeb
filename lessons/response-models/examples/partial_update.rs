//! The lesson's exercise, solved: PATCH changes the fields that were given.
//!
//! ```text
//! cargo run -p lesson-response-models --example partial_update
//! curl -X PATCH --json '{"description":null}' http://127.0.0.1:8000/item
//! ```

use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::State;
use axum::routing::patch;
use axum::{Json, Router};
use lesson_response_models::complete::Item;
use lesson_response_models::given::given;
use lesson_support::{Lesson, Result, Server};
use serde::Deserialize;

const LESSON: Lesson = Lesson {
    name: "partial-update",
    title: "PATCH changes the fields that were given",
    try_first: &[
        "-X PATCH --json '{\"description\":null}' {}/item",
        "-X PATCH --json '{\"price\":3}' {}/item",
    ],
    readme: "lessons/response-models/README.md",
};

type Stored = Arc<Mutex<Item>>;

#[tokio::main]
async fn main() -> Result<()> {
    let server = Server::from_args(LESSON).await?;
    let item = Item {
        name: "Bar".to_owned(),
        description: Some("The bartenders".to_owned()),
        price: 62.0,
        tax: 20.2,
        tags: Vec::new(),
    };
    let stored: Stored = Arc::new(Mutex::new(item));
    server.serve(Router::new().route("/item", patch(update)).with_state(stored)).await
}

// ANCHOR: solution
#[derive(Deserialize)]
struct Changes {
    #[serde(default, deserialize_with = "given")]
    description: Option<Option<String>>,
    #[serde(default, deserialize_with = "given")]
    price: Option<f64>,
}

async fn update(
    State(stored): State<Stored>,
    fastapi_extract::Json(changes): fastapi_extract::Json<Changes>,
) -> Json<Item> {
    let mut item = stored.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(description) = changes.description {
        item.description = description;
    }
    if let Some(price) = changes.price {
        item.price = price;
    }
    Json(item.clone())
}
// ANCHOR_END: solution
