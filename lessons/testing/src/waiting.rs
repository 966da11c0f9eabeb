//! A handler that answers late, and a body that never ends.

use std::convert::Infallible;

use async_stream::stream;
use axum::body::Body;
use axum::extract::State;
use axum::routing::get;
use axum::{Json, Router};
use lesson_support::Tick;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use crate::AppState;

/// The section's routes.
pub fn router() -> Router<AppState> {
    Router::new().route("/slow/", get(slow)).route("/count/", get(count))
}

// ANCHOR: slow
async fn slow(State(tick): State<Tick>) -> Json<&'static str> {
    sleep(tick * 10).await;
    Json("done")
}
// ANCHOR_END: slow

// ANCHOR: count
/// A line every tick, until the client leaves or the server stops.
async fn count(State(tick): State<Tick>, State(shutdown): State<CancellationToken>) -> Body {
    let lines = stream! {
        for number in 0_u64.. {
            yield Ok::<_, Infallible>(format!("count {number}\n"));
            if shutdown.run_until_cancelled(sleep(tick * 1)).await.is_none() {
                break;
            }
        }
    };
    Body::from_stream(lines)
}
// ANCHOR_END: count
