//! `cargo run -p lesson-background-tasks --features durable --bin durable-web`

use lesson_background_tasks::durable::database::{close, open_from_env};
use lesson_background_tasks::durable::queue::Queue;
use lesson_background_tasks::durable::web::{AppState, LESSON, app};
use lesson_support::Server;

// ANCHOR: web
#[tokio::main]
async fn main() -> lesson_support::Result<()> {
    let server = Server::from_args(LESSON).await?;
    let pool = open_from_env().await?;

    let (events, read_timeout) = (server.events(), server.read_timeout());
    let state = AppState { queue: Queue::new(pool.clone()), events, read_timeout };
    let served = server.serve(app(state)).await;

    close(pool).await; // also when serving has failed: no `?` above
    served
}
// ANCHOR_END: web
