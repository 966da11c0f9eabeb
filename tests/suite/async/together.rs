//! Two waits side by side.

use futures_util::future::join_all;
use lesson_async::app;
use lesson_tests::{paused, rust_only};

use super::{start_with_long_ticks, state};

const OFFER: &str = r#"{"stock":3,"price":42}"#;

#[tokio::test]
async fn as_27_two_waits_side_by_side_take_as_long_as_one() {
    let server = start_with_long_ticks().await;
    let mut times = Vec::new();
    // One after the other takes twenty ticks, and on a busy machine so can side by side.
    while times.last().is_none_or(|ticks| *ticks > 19.0) {
        assert!(times.len() < 5, "one after the other: {times:?}");
        let answer = server.get("/together/offer").await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.content_type(), Some("application/json"));
        let body = answer.rest().await;
        assert_eq!(body.text(), OFFER);
        assert!(body.ended_at > 9.5, "it did not wait: {}", body.ended_at);
        times.push(body.ended_at);
    }
}

#[tokio::test]
async fn as_28_a_timeout_answers_without_waiting_for_the_rest() {
    let server = start_with_long_ticks().await;
    let mut times = Vec::new();
    while times.last().is_none_or(|ticks| *ticks > 9.0) {
        assert!(times.len() < 5, "it waited for the rest: {times:?}");
        let answer = server.get("/together/hasty-offer").await;
        assert_eq!(answer.status, 504);
        assert_eq!(answer.content_type(), Some("application/json"));
        let body = answer.rest().await;
        assert_eq!(body.text(), r#"{"detail":"Gateway Timeout"}"#);
        assert!(body.ended_at > 4.5, "too early: {}", body.ended_at);
        times.push(body.ended_at);
    }
}

#[tokio::test(start_paused = true)]
async fn as_28_both_are_exact_under_a_paused_clock() {
    rust_only!("pauses the clock");
    let app = app(state());
    let paths = ["/together/offer", "/together/hasty-offer"];
    let answers = join_all(paths.map(|path| paused::get(&app, path))).await;
    let heads: Vec<_> = answers.iter().map(|answer| (answer.status, answer.head_at)).collect();
    assert_eq!(heads, [(200, 10.0), (504, 5.0)]);
}
