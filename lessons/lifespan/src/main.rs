//! `cargo run -p lesson-lifespan`

use lesson_lifespan::startup::Startup;
use lesson_lifespan::{LESSON, lesson};
use lesson_support::Server;

#[tokio::main]
async fn main() -> lesson_support::Result<()> {
    let server = Server::from_args(LESSON).await?;
    let startup = Startup::from_env(&server)?;
    lesson(server, startup).await
}
