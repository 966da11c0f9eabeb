//! The first program of the README: `cargo run --example quickstart`.

// ANCHOR: program
use axum::Router;
use axum::routing::get;
use fastapi_extract::{Json, Path, Query};
use serde::{Deserialize, Serialize};

#[derive(Deserialize, Serialize)]
struct Item {
    name: String,
    price: f64,
    description: Option<String>, // may be left out
    #[serde(default)]
    tags: Vec<String>,
}

#[derive(Deserialize, Serialize)]
struct Paging {
    #[serde(default)]
    skip: u32,
    limit: Option<u32>,
}

async fn list(Query(paging): Query<Paging>) -> Json<Paging> {
    Json(paging)
}

async fn create(Json(item): Json<Item>) -> Json<Item> {
    Json(item)
}

async fn show(Path(id): Path<u32>) -> Json<u32> {
    Json(id)
}

/// All routes.
pub fn app() -> Router {
    Router::new().route("/items/", get(list).post(create)).route("/items/{id}", get(show))
}

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:8000").await?;
    axum::serve(listener, app()).await
}
// ANCHOR_END: program
