//! Sends ten requests at once to each of three handlers, and draws when they're answered.
//!
//! ```text
//! cargo run -p lesson-async --example timeline
//! cargo run -p lesson-async --example timeline -- --workers 4
//! cargo run -p lesson-async --example timeline -- --url http://127.0.0.1:8001
//! ```

use std::io::{self, Write};
use std::sync::mpsc;
use std::thread;

use clap::Parser;
use lesson_async::{AppState, BLOCKING_THREADS, app, runtime};
use lesson_support::{Result, Server, Tick};

mod chart;
mod measure;
mod options;

use options::Options;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let options = Options::parse();
    let tick = Tick::from_ms(options.tick_ms);
    let url = match &options.url {
        Some(url) => url.clone(),
        None => start_lesson(options.workers.into(), options.tick_ms)?,
    };
    writeln!(io::stdout(), "{}", chart::head(&options))?;
    for path in &options.paths {
        let requests = options.requests.into();
        let timeline = measure::at_once(&url, path, requests, tick).await?;
        writeln!(io::stdout(), "\n{}", chart::draw(path, &timeline, requests))?;
    }
    Ok(())
}

/// Starts the lesson in this process, on a runtime of its own, and returns its address.
///
/// The process ends after the last chart, and the lesson with it.
fn start_lesson(workers: usize, tick_ms: u64) -> Result<String> {
    let options = lesson_support::Options { port: 0, tick_ms, ..Default::default() };
    let runtime = runtime(workers, BLOCKING_THREADS)?;
    let (ready, started) = mpsc::channel();
    thread::spawn(move || {
        runtime.block_on(async {
            let server = Server::bind(options).await?;
            let app = app(AppState::new(&server)?);
            _ = ready.send(server.base_url());
            server.serve(app).await
        })
    });
    Ok(started.recv()?)
}
