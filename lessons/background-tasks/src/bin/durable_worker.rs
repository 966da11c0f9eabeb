//! `cargo run -p lesson-background-tasks --features durable --bin durable-worker -- --port 8001`

use lesson_background_tasks::durable::worker::{LESSON, worker};
use lesson_support::Server;

#[tokio::main]
async fn main() -> lesson_support::Result<()> {
    worker(Server::from_args(LESSON).await?).await
}
