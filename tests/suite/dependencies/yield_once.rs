//! Only one response.

use std::time::Duration;

use lesson_tests::server::{client, send};
use lesson_tests::{Binary, rust_only};

use super::start;

#[tokio::test]
async fn de_20_only_the_first_yield_counts() {
    let server = start().await;
    let answer = server.get("/one-response/yields-twice").await;
    assert_eq!((answer.status, answer.text().await.as_str()), (200, r#""first""#));
    assert_eq!(server.events().await, [""; 0]);
}

#[tokio::test]
async fn de_37_a_refusal_before_the_yield_is_the_answer() {
    let server = start().await;
    let answer = server.get("/one-response/refuse-before").await;
    assert_eq!(answer.status, 401);
    assert_eq!(answer.text().await, r#"{"detail":"before the yield"}"#);
    assert_eq!(server.events().await, [""; 0]);
}

#[tokio::test]
async fn de_37_a_refusal_after_the_yield_comes_too_late() {
    let server = start().await;
    for (path, event) in [
        ("/one-response/refuse-after", "refusing after the yield"),
        ("/one-response/crash-after", "crashing after the yield"),
    ] {
        server.delete("/_events").await;
        let answer = server.get(path).await;
        assert_eq!((answer.status, answer.text().await.as_str()), (200, r#""value""#));
        assert_eq!(server.events_with(event).await, [event]);
    }
}

#[tokio::test]
async fn de_37_in_function_scope_it_is_in_time() {
    let server = start().await;
    let answer = server.get("/one-response/refuse-after-function-scope").await;
    assert_eq!(answer.status, 418);
    assert_eq!(answer.text().await, r#"{"detail":"after the yield"}"#);
    assert_eq!(server.events().await, ["refusing after the yield"]);
}

#[tokio::test]
async fn de_37_a_commit_that_can_fail_belongs_before_the_response() {
    rust_only!("starts the example that solves the exercise");
    let server = Binary::start_example("payments");
    for (amount, status, body) in [
        (30, 200, "70"),
        (-1, 400, r#"{"detail":"pay more than nothing"}"#),
        (1000, 409, r#"{"detail":"the commit failed"}"#),
        (70, 200, "0"),
    ] {
        let request = client().post(format!("{}/pay/{amount}", server.base_url()));
        let answer = send(request, Duration::from_secs(1)).await;
        assert_eq!((answer.status, answer.text().await.as_str()), (status, body));
    }
}
