//! `cargo run -p lesson-dependencies`

use lesson_dependencies::{AppState, LESSON, app};
use lesson_support::Server;

// ANCHOR: main
#[tokio::main]
async fn main() -> lesson_support::Result<()> {
    let server = Server::from_args(LESSON).await?;
    let state = AppState::new(&server);
    server.serve(app(state)).await
}
// ANCHOR_END: main
