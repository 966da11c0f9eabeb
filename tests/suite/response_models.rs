//! The claims of `lessons/response-models/README.md`, in its order.

mod back;
mod catalogue;
mod models;
mod names;
mod redirects;
mod schema;

use lesson_tests::TestServer;

async fn start() -> TestServer {
    TestServer::start("response-models").await
}
