//! Guards for a whole app.

use axum::middleware::from_extractor_with_state;
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};

use crate::AppState;
use crate::guards::BothVerified;

// ANCHOR: app
/// The section's routes. Each of them wants the token and the key.
pub fn router(state: &AppState) -> Router<AppState> {
    let both_verified = from_extractor_with_state::<BothVerified, _>(state.clone());
    let app = Router::new().route("/items/", get(items)).route("/users/", get(users));
    Router::new().nest("/global", app.route_layer(both_verified))
}
// ANCHOR_END: app

async fn items() -> Json<Value> {
    Json(json!([{ "item": "Portal Gun" }, { "item": "Plumbus" }]))
}

async fn users() -> Json<Value> {
    Json(json!([{ "username": "Rick" }, { "username": "Morty" }]))
}
