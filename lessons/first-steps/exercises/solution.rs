//! Two of the shop's routes, with fifteen answers that FastAPI's clients understand.

use std::env;

use axum::http::StatusCode;
use axum::routing::{get, post};
// STEP 1
use axum::Router;
use fastapi_extract::Json;
// STUB
// use axum::{Json, Router};
// END
// STEP 2
use fastapi_extract::{All, Path, Query};
// STUB
// use axum::extract::{Path, Query};
// END
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::net::TcpListener;

#[derive(Deserialize, Serialize)]
struct Item {
    name: String,
    price: f64,
    quantity: i64,
}

#[derive(Serialize)]
struct Stored {
    #[serde(flatten)]
    item: Item,
    id: i64,
}

#[derive(Deserialize)]
struct Wanted {
    limit: i64,
}

// Step 1: a body that's wrong gets FastAPI's 422, whose `detail` lists all that's wrong with it. A
// number may be sent as a string: the quantity "5" counts as 5. You don't have to change the
// handler.
async fn create_item(Json(item): Json<Item>) -> (StatusCode, Json<Stored>) {
    (StatusCode::CREATED, Json(Stored { item, id: 1 }))
}

// Step 2: the same for the path and the query: FastAPI's 422 in place of axum's 400. If both are
// wrong, one `detail` lists both.
async fn read_item(
    // STEP 2
    All((Path(item_id), Query(wanted))): All<(Path<i64>, Query<Wanted>)>,
    // STUB
    // Path(item_id): Path<i64>,
    // Query(wanted): Query<Wanted>,
    // END
) -> Json<[i64; 2]> {
    Json([item_id, wanted.limit])
}

/// An error as FastAPI sends it.
fn detail(status: StatusCode, detail: &str) -> (StatusCode, Json<Value>) {
    (status, Json(json!({ "detail": detail })))
}

// Step 3: an unknown path gets a 404 with the body {"detail":"Not Found"}, and a path that doesn't
// have the method gets a 405 with {"detail":"Method Not Allowed"}. `/items`, without its slash, is
// an unknown path, too.
fn app() -> Router {
    let app =
        Router::new().route("/items/", post(create_item)).route("/items/{item_id}", get(read_item));
    // STEP 3
    app.fallback(async || detail(StatusCode::NOT_FOUND, "Not Found")).method_not_allowed_fallback(
        async || detail(StatusCode::METHOD_NOT_ALLOWED, "Method Not Allowed"),
    )
    // STUB
    // app
    // END
}

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let port = env::var("LESSON_PORT").ok().and_then(|port| port.parse().ok()).unwrap_or(8000);
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    println!("listening on http://{}", listener.local_addr()?);
    axum::serve(listener, app()).await
}
