//! A limit for handlers.

use std::time::Duration;

use lesson_tests::texts;
use tokio::time::timeout;

use super::start;

#[tokio::test]
async fn de_67_a_handler_that_never_answers_is_dropped_with_a_503() {
    let server = start().await;
    let answer = timeout(Duration::from_secs(10), server.get("/time-limit/endless")).await;
    let answer = answer.expect("an answer");
    assert!(answer.head_at > 1.9, "{}", answer.head_at);
    assert_eq!((answer.status, answer.content_type()), (503, None));
    assert_eq!(answer.header("content-length"), Some("0"));
    assert_eq!(answer.text().await, "");
    assert_eq!(server.events().await, ["guard opened", "guard closed"]);
}

#[tokio::test]
async fn de_67_the_limit_doesnt_cut_a_body() {
    let server = start().await;
    let mut answer = server.get("/time-limit/stream").await;
    assert_eq!(answer.status, 200);
    let pieces = answer.take(2).await;
    assert_eq!(texts(&pieces), ["piece 1;", "piece 2;"]);
    assert!(pieces[0].at > 2.9 && pieces[1].at > 5.9, "{pieces:?}");
    assert_eq!(answer.text().await, "");
}
