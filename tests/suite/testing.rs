//! The claims of the testing lesson that a request or pytest can show. The other tests are
//! the lesson's own, in `lessons/testing/tests/`.

mod crud;
mod paused_pool;
mod pytest;
mod routes;

use lesson_tests::{Binary, TestServer, rust_only};

async fn start() -> TestServer {
    TestServer::start("testing").await
}

#[tokio::test]
async fn the_program_serves_the_lesson() {
    rust_only!("starts the lesson's program");
    let program = Binary::start("testing", &[], &[]);
    assert_eq!(program.get("/ping").await.text().await, r#""pong""#);
}
