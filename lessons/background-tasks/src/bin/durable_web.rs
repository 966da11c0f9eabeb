//! `cargo run -p lesson-background-tasks --features durable --bin durable-web`

use lesson_background_tasks::durable::queue::Queue;
use lesson_background_tasks::durable::web::{AppState, LESSON, app};
use lesson_support::Server;

// ANCHOR: web
#[tokio::main]
async fn main() -> lesson_support::Result<()> {
    let server = Server::from_args(LESSON).await?;
    let (events, read_timeout) = (server.events(), server.read_timeout());
    let state = AppState { queue: Queue::from_env().await?, events, read_timeout };
    server.serve(app(state)).await
}
// ANCHOR_END: web
