//! `cargo run -p lesson-async`

use std::env;

use lesson_async::{AppState, BLOCKING_THREADS, LESSON, app, runtime, watchdog};
use lesson_support::{Result, Server};

// ANCHOR: main
fn main() -> Result<()> {
    let workers = number("LESSON_WORKERS", 1)?;
    let blocking_threads = number("LESSON_BLOCKING_THREADS", BLOCKING_THREADS)?;
    let runtime = runtime(workers, blocking_threads)?; // what `#[tokio::main]` hides
    let outcome = runtime.block_on(async {
        let server = Server::from_args(LESSON).await?;
        let state = AppState::new(&server)?;
        let _watchdog = watchdog::start(state.tick, state.events.clone())?; // until this block ends
        server.serve(app(state)).await
    });
    runtime.shutdown_background(); // dropping it would wait for threads that block
    outcome
}
// ANCHOR_END: main

/// Reads a whole number from 1 to 1,000 from the environment.
fn number(name: &str, default: usize) -> Result<usize> {
    let Ok(value) = env::var(name) else { return Ok(default) };
    match value.parse() {
        Ok(number @ 1..=1000) => Ok(number),
        _ => Err(format!("{name} must be a whole number from 1 to 1000, not \"{value}\"").into()),
    }
}
