//! `cargo run -p lesson-streaming`

use lesson_streaming::{AppState, LESSON, app};
use lesson_support::Server;

// ANCHOR: main
#[tokio::main]
async fn main() -> lesson_support::Result<()> {
    let server = Server::from_args(LESSON).await?; // options, log, address
    let state = AppState::new(&server)?; // start-up: before FastAPI's `yield`
    server.serve(app(state)).await // the `yield`: until Ctrl-C, and the last answer
}
// ANCHOR_END: main
