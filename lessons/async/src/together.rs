//! Two waits side by side, and a limit for both.

// ANCHOR: use
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, Router};
use lesson_support::{ApiError, Tick};
use serde::Serialize;
use tokio::join;
use tokio::time::{sleep, timeout};
// ANCHOR_END: use

use crate::AppState;

/// The section's routes.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/together/offer", get(offer))
        .route("/together/hasty-offer", get(hasty_offer))
}

/// What two other services know.
#[derive(Serialize)]
struct Offer {
    stock: u32,
    price: u32,
}

async fn stock(tick: Tick) -> u32 {
    sleep(tick * 10).await;
    3
}

async fn price(tick: Tick) -> u32 {
    sleep(tick * 10).await;
    42
}

// ANCHOR: together
async fn offer(State(tick): State<Tick>) -> Json<Offer> {
    let (stock, price) = join!(stock(tick), price(tick)); // ten ticks each, ten together
    Json(Offer { stock, price })
}

async fn hasty_offer(State(tick): State<Tick>) -> Result<Json<Offer>, ApiError> {
    let offer = timeout(tick * 5, offer(State(tick))).await; // drops what isn't done by then
    offer.map_err(|_elapsed| ApiError::from_status(StatusCode::GATEWAY_TIMEOUT))
}
// ANCHOR_END: together
