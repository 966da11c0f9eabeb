//! The claims of `lessons/testing/README.md` that a request or pytest can show, in its
//! order. The others are tests of the lesson itself, in `lessons/testing/tests/`.

mod crud;
mod pytest;
mod routes;

use lesson_tests::TestServer;

async fn start() -> TestServer {
    TestServer::start("testing").await
}
