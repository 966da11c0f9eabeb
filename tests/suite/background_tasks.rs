//! The claims of the background-tasks lesson, which `lessons/background-tasks/docs/claims.md` lists.

mod client_text;
mod connection;
mod durable;
mod exercise;
mod hello;
mod leaving;
mod lists;
mod orders;
mod shutdown;
mod spawned;

use lesson_tests::{Answer, TestServer};

async fn start() -> TestServer {
    TestServer::start("background-tasks").await
}

/// Asserts that an answer is 200 with this JSON body, and reads it to its end.
async fn assert_json(answer: Answer, body: &str) {
    assert_eq!(answer.status, 200);
    assert_eq!(answer.content_type(), Some("application/json"));
    assert_eq!(answer.header("content-length"), Some(body.len().to_string().as_str()));
    assert_eq!(answer.text().await, body);
}

/// Asserts what a path answers, and returns the events at the moment its body was complete.
async fn asked(server: &TestServer, path: &str, body: &str) -> Vec<String> {
    assert_json(server.get(path).await, body).await;
    server.events().await
}
