//! Two waits side by side.

use futures_util::future::join_all;
use lesson_async::app;
use lesson_tests::{paused, rust_only};

use super::{in_some_tries, start_with_long_ticks, state};

#[tokio::test]
async fn as_27_two_waits_side_by_side_take_as_long_as_one() {
    let server = start_with_long_ticks().await;
    let offer = async || {
        let answer = server.get("/together/offer").await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.content_type(), Some("application/json"));
        let body = answer.rest().await;
        assert_eq!(body.text(), r#"{"stock":3,"price":42}"#);
        assert!(body.ended_at > 9.5, "it did not wait: {}", body.ended_at);
        body.ended_at
    };
    // One after the other takes twenty ticks.
    in_some_tries("one after the other; in ticks", offer, |ticks| *ticks < 19.0).await;
}

#[tokio::test]
async fn as_28_a_timeout_answers_without_waiting_for_the_rest() {
    let server = start_with_long_ticks().await;
    let hasty_offer = async || {
        let answer = server.get("/together/hasty-offer").await;
        assert_eq!(answer.status, 504);
        assert_eq!(answer.content_type(), Some("application/json"));
        let body = answer.rest().await;
        assert_eq!(body.text(), r#"{"detail":"Gateway Timeout"}"#);
        assert!(body.ended_at > 4.5, "too early: {}", body.ended_at);
        body.ended_at
    };
    in_some_tries("it waited for the rest; in ticks", hasty_offer, |ticks| *ticks < 9.0).await;
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
