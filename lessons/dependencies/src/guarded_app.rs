//! Guards for a whole app.

use axum::Router;
use axum::middleware::from_extractor_with_state;
use axum::routing::get;
use fastapi_extract::Json;
use serde::Serialize;

use crate::AppState;
use crate::guards::BothVerified;

// ANCHOR: app
/// The section's routes: an app of its own, whose every route wants token and key.
pub fn router(state: &AppState) -> Router<AppState> {
    let both_verified = from_extractor_with_state::<BothVerified, _>(state.clone());
    let app = Router::new().route("/items/", get(items)).route("/users/", get(users));
    Router::new().nest("/global", app.route_layer(both_verified))
}
// ANCHOR_END: app

#[derive(Serialize)]
struct Item {
    item: &'static str,
}

async fn items() -> Json<[Item; 2]> {
    Json([Item { item: "Portal Gun" }, Item { item: "Plumbus" }])
}

#[derive(Serialize)]
struct User {
    username: &'static str,
}

async fn users() -> Json<[User; 2]> {
    Json([User { username: "Rick" }, User { username: "Morty" }])
}
