//! An endless body, read piece by piece.

use std::time::Duration;

use axum::body::Body;
use axum::http::Request;
use futures_util::{StreamExt, TryStreamExt};
use lesson_testing::app;
use tokio::time::Instant;
use tower::ServiceExt;

use crate::state::fresh_state;

// ANCHOR: stream
#[tokio::test(start_paused = true)]
async fn te_37_an_endless_stream_is_read_for_an_hour() {
    let request = Request::get("/count/").body(Body::empty()).unwrap();
    let started = Instant::now();
    let response = app(fresh_state()).oneshot(request).await.unwrap();
    let mut pieces = response.into_body().into_data_stream();
    for number in 0..3600 {
        let piece = pieces.next().await.unwrap().unwrap();
        assert_eq!(piece, format!("count {number}\n"));
        assert_eq!(started.elapsed(), Duration::from_secs(number));
    }
}
// ANCHOR_END: stream

// ANCHOR: stops
#[tokio::test(start_paused = true)]
async fn te_37_the_stream_ends_when_the_server_stops() {
    let state = fresh_state();
    let request = Request::get("/count/").body(Body::empty()).unwrap();
    let response = app(state.clone()).oneshot(request).await.unwrap();
    let mut pieces = response.into_body().into_data_stream();
    assert_eq!(pieces.try_next().await.unwrap().unwrap(), "count 0\n");
    state.shutdown.cancel();
    assert_eq!(pieces.try_next().await.unwrap(), None);
}
// ANCHOR_END: stops
