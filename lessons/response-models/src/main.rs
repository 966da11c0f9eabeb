//! `cargo run -p lesson-response-models`

use lesson_response_models::{AppState, LESSON, app};
use lesson_support::Server;

#[tokio::main]
async fn main() -> lesson_support::Result<()> {
    let server = Server::from_args(LESSON).await?;
    let state = AppState::new(&server)?;
    server.serve(app(state)).await
}
