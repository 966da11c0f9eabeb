//! There is only one response.

use std::sync::Arc;

use lesson_support::ExitStack;
use lesson_tests::{fastapi_only, rust_only};

use super::start;

#[test]
fn de_20_a_teardown_is_called_only_once() {
    rust_only!("asks the compiler");
    // A closure that consumes what it holds can be called only once, so `push` can take it
    // only if it calls it only once.
    let held = Arc::new(());
    let consumed = Arc::clone(&held);
    let exit_stack = ExitStack::default();
    exit_stack.push(async move |outcome| {
        drop(consumed);
        outcome
    });
    assert_eq!(Arc::strong_count(&held), 2);
    drop(exit_stack);
    assert_eq!(Arc::strong_count(&held), 1);
}

#[tokio::test]
async fn de_20_in_fastapi_only_the_first_yield_counts() {
    fastapi_only!("in Rust a second call doesn't compile");
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
async fn de_37_in_function_scope_a_refusal_is_in_time() {
    let server = start().await;
    let answer = server.get("/one-response/refuse-after-function-scope").await;
    assert_eq!(answer.status, 418);
    assert_eq!(answer.text().await, r#"{"detail":"after the yield"}"#);
    assert_eq!(server.events().await, ["refusing after the yield"]);
}
