//! The claims of `lessons/response-models/docs/claims.md`.

mod back;
mod catalogue;
mod models;
mod names;
mod partial_update;
mod redirects;
mod schema;
mod values;

use lesson_tests::TestServer;

async fn start() -> TestServer {
    TestServer::start("response-models").await
}
