//! What a teardown does with the handler's error.

use lesson_tests::{Answer, TestServer};

use super::start;

const NOT_FOUND: &str = r#"{"detail":"Not Found"}"#;

async fn assert_json(answer: Answer, status: u16, body: &str) {
    assert_eq!(answer.status, status);
    assert_eq!(answer.content_type(), Some("application/json"));
    assert_eq!(answer.text().await, body);
}

async fn assert_unexpected(answer: Answer) {
    assert_eq!(answer.status, 500);
    assert_eq!(answer.content_type(), Some("text/plain; charset=utf-8"));
    assert_eq!(answer.text().await, "Internal Server Error");
}

/// The teardowns have run before the answer arrives, so nothing waits for the events.
async fn assert_events(server: &TestServer, events: &[&str]) {
    assert_eq!(server.events().await, events);
}

#[tokio::test]
async fn de_25_an_error_becomes_an_answer() {
    let server = start().await;
    let answer = server.get("/yield-catch-answer/items").await;
    assert_json(answer, 500, r#"{"detail":"Catch Exception"}"#).await;
    assert_events(&server, &[]).await;
}

#[tokio::test]
async fn de_27_catching_another_type_lets_a_refusal_pass() {
    let server = start().await;
    assert_json(server.get("/yield-http-other-except/items").await, 404, NOT_FOUND).await;
    assert_events(&server, &[]).await;
}

#[tokio::test]
async fn de_28_a_teardown_without_a_try_lets_a_refusal_pass() {
    let server = start().await;
    assert_json(server.get("/yield-http-no-try/items").await, 404, NOT_FOUND).await;
    assert_events(&server, &[]).await;
}

#[tokio::test]
async fn de_29_a_swallowed_refusal_is_a_500() {
    let server = start().await;
    assert_unexpected(server.get("/yield-http-swallowed/items").await).await;
    assert_events(&server, &["swallowed HTTPException"]).await;
}

#[tokio::test]
async fn de_29_a_reraised_refusal_keeps_its_answer() {
    let server = start().await;
    assert_json(server.get("/yield-http-reraised/items").await, 404, NOT_FOUND).await;
    assert_events(&server, &["reraised HTTPException"]).await;
}

#[tokio::test]
async fn de_30_an_uncaught_error_is_a_500() {
    let server = start().await;
    assert_unexpected(server.get("/yield-error-no-try/items").await).await;
    assert_events(&server, &[]).await;
}

#[tokio::test]
async fn de_31_a_reraised_error_is_a_500() {
    let server = start().await;
    assert_unexpected(server.get("/yield-error-reraised/items").await).await;
    assert_events(&server, &["reraised Exception"]).await;
}

#[tokio::test]
async fn de_32_catching_another_type_changes_nothing() {
    let server = start().await;
    assert_unexpected(server.get("/yield-error-other-except/items").await).await;
    assert_events(&server, &[]).await;
}

#[tokio::test]
async fn de_32_a_swallowed_error_is_a_500() {
    let server = start().await;
    assert_unexpected(server.get("/yield-error-swallowed/items").await).await;
    assert_events(&server, &["swallowed Exception"]).await;
}

#[tokio::test]
async fn de_33_a_swallowed_application_error_is_a_500() {
    let server = start().await;
    assert_unexpected(server.get("/yield-internal-swallowed/items").await).await;
    assert_events(&server, &["swallowed InternalError"]).await;
}

#[tokio::test]
async fn de_34_a_reraised_application_error_is_a_500() {
    let server = start().await;
    assert_unexpected(server.get("/yield-internal-reraised/items").await).await;
    assert_events(&server, &["reraised InternalError"]).await;
}

#[tokio::test]
async fn de_35_the_client_sees_no_difference_between_the_two() {
    let server = start().await;
    let mut answers = Vec::new();
    for name in ["swallowed", "reraised"] {
        let answer = server.get(&format!("/yield-internal-{name}/items")).await;
        let (status, mut headers) = (answer.status, answer.headers.clone());
        headers.remove("date");
        answers.push((status, headers, answer.text().await));
    }
    assert_eq!(answers[0], answers[1]);
}

#[tokio::test]
async fn de_36_an_application_error_becomes_an_answer() {
    let server = start().await;
    let answer = server.get("/yield-internal-converted/items").await;
    assert_json(answer, 400, r#"{"detail":"converted: Internal Error"}"#).await;
    assert_events(&server, &[]).await;
}
