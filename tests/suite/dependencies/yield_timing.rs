//! When teardowns run.

use lesson_tests::TestServer;

use super::start;

/// A tick in which a test can ask for the events.
async fn start_slowly() -> TestServer {
    TestServer::start_with("dependencies", &[("LESSON_TICK_MS", "500")]).await
}

/// Asks; when the answer is here, there are these events, and no more.
///
/// An idle machine asks for them within a short tick. On a busy one the next event may come
/// first: then once more, with a long tick.
async fn answered_at(path: &str, body: &str, before: &[&str]) -> TestServer {
    let mut tick_ms = 50;
    loop {
        let ms = tick_ms.to_string();
        let server = TestServer::start_with("dependencies", &[("LESSON_TICK_MS", &ms)]).await;
        assert_eq!(server.get(path).await.text().await, body);
        let events = server.events().await;
        if events == before {
            return server;
        }
        assert!(tick_ms < 500, "{events:?} instead of {before:?}");
        tick_ms *= 10;
    }
}

#[tokio::test]
async fn de_24_teardowns_run_after_the_response() {
    let server = answered_at("/yield-timing/after-response", r#""db""#, &["opened"]).await;
    assert_eq!(server.events_with("closed").await, ["opened", "closed"]);
}

#[tokio::test]
async fn de_24_teardowns_run_after_the_last_piece_of_a_stream() {
    let before = ["opened", "piece 1", "piece 2"];
    let server = answered_at("/yield-timing/stream", "piece 1;piece 2;", &before).await;
    let events = server.events_with("closed").await;
    assert_eq!(events, ["opened", "piece 1", "piece 2", "closed"]);
}

#[tokio::test]
async fn de_24_teardowns_run_after_background_tasks() {
    let before = ["db opened", "handler"];
    let server = answered_at("/yield-timing/background", r#""db""#, &before).await;
    let events = server.events_with("db closed").await;
    assert_eq!(events, ["db opened", "handler", "task", "db closed"]);
}

#[tokio::test]
async fn de_24_a_function_ends_before_the_response() {
    let server = start().await;
    let answer = server.get("/yield-timing/function-scope").await;
    assert!(answer.head_at > 0.9, "the head did not wait: {}", answer.head_at);
    assert_eq!(server.events().await, ["opened", "closed"]);
    assert_eq!(answer.text().await, r#""db""#);
}

#[tokio::test]
async fn de_45_a_later_validation_error_closes_what_was_opened() {
    let server = start().await;
    let answer = server.get("/yield-timing/invalid").await;
    assert_eq!(answer.status, 422);
    assert_eq!(
        answer.text().await,
        r#"{"detail":[{"type":"missing","loc":["query","number"],"msg":"Field required","input":null}]}"#
    );
    assert_eq!(server.events().await, ["db opened", "db closed"]);
}

#[tokio::test]
async fn de_45_a_valid_request_is_answered_and_closed() {
    let server = start().await;
    assert_eq!(server.get("/yield-timing/invalid?number=7").await.text().await, "7");
    assert_eq!(server.events_with("db closed").await, ["db opened", "db closed"]);
}

#[tokio::test]
async fn de_63_a_refusal_waits_for_teardowns() {
    let server = start().await;
    let answer = server.get("/yield-timing/slow-refusal").await;
    assert!(answer.head_at > 0.9, "the head did not wait: {}", answer.head_at);
    assert_eq!(answer.status, 404);
    assert_eq!(answer.text().await, r#"{"detail":"Not Found"}"#);
    assert_eq!(server.events().await, ["opened", "closed"]);
}

#[tokio::test]
async fn de_63_a_client_that_leaves_doesnt_stop_teardowns() {
    let server = start_slowly().await;
    tokio::select! {
        _ = server.get("/yield-timing/slow-refusal") => panic!("answered before the teardown"),
        _ = server.events_with("opened") => {}
    }
    assert_eq!(server.events_with("closed").await, ["opened", "closed"]);
}
