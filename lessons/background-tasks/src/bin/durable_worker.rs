//! `cargo run -p lesson-background-tasks --features durable --bin durable-worker -- --port 8001`

use lesson_background_tasks::durable::database::{close, open_from_env};
use lesson_background_tasks::durable::worker::{LESSON, worker};
use lesson_support::Server;

#[tokio::main]
async fn main() -> lesson_support::Result<()> {
    let server = Server::from_args(LESSON).await?;
    let pool = open_from_env().await?;
    let worked = worker(server, pool.clone()).await;
    close(pool).await; // also when the worker has failed: no `?` above
    worked
}
