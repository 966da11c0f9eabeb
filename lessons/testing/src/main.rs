//! `cargo run -p lesson-testing`

use lesson_support::Server;
use lesson_testing::{AppState, LESSON, app};

// ANCHOR: main
#[tokio::main]
async fn main() -> lesson_support::Result<()> {
    let server = Server::from_args(LESSON).await?;
    let state = AppState::of(&server).start_up().await?;
    let served = server.serve(app(state.clone())).await; // waits for the tasks, too
    state.shut_down().await; // also when serving has failed: no `?` above
    served
}
// ANCHOR_END: main
