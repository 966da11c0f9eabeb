//! `cargo run -p lesson-background-tasks`

use lesson_background_tasks::{AppState, LESSON, app};
use lesson_support::{Result, Server};
use tokio::runtime::Builder;

// ANCHOR: main
fn main() -> Result<()> {
    // FastAPI's event loop is one thread; `#[tokio::main]` would take one a core.
    let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let outcome = runtime.block_on(async {
        let server = Server::from_args(LESSON).await?;
        let state = AppState::new(&server);
        server.serve(app(state)).await // waits for the tasks, too
    });
    // Dropping the runtime would wait for a thread that blocks.
    runtime.shutdown_background();
    outcome
}
// ANCHOR_END: main
