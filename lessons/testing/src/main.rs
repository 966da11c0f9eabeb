//! `cargo run -p lesson-testing`

use lesson_support::Server;
use lesson_testing::{AppState, LESSON, app};

// ANCHOR: main
#[tokio::main]
async fn main() -> lesson_support::Result<()> {
    let server = Server::from_args(LESSON).await?;
    let fresh = AppState::new(server.tick(), server.events(), server.shutdown_token());
    let state = AppState { read_timeout: server.read_timeout(), ..fresh }.start_up().await?;
    server.serve(app(state.clone())).await?;
    state.shut_down().await;
    Ok(())
}
// ANCHOR_END: main
