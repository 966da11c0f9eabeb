//! Sends ten requests at once to each of the three handlers and draws when they are answered.
//!
//! ```text
//! cargo run -p lesson-async --example timeline
//! cargo run -p lesson-async --example timeline -- --workers 4
//! cargo run -p lesson-async --example timeline -- --url http://127.0.0.1:8001
//! ```

use std::io::{self, Write};
use std::process::ExitCode;
use std::sync::mpsc;
use std::thread;

use lesson_async::{LESSON, lesson};
use lesson_support::error::with_causes;
use lesson_support::{Lesson, Result, Server, Settings, Threads, Tick, runtime};

mod chart;
mod measure;
mod options;

use options::{HELP, Options};

fn main() -> ExitCode {
    let options = match Options::parse(std::env::args_os().skip(1)) {
        Ok(Some(options)) => options,
        Ok(None) => {
            print!("{HELP}");
            return ExitCode::SUCCESS;
        }
        Err(error) => {
            eprintln!("timeline: {error}; try --help");
            return ExitCode::from(2);
        }
    };
    match draw(&options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("timeline: {}", with_causes(error.as_ref()));
            ExitCode::FAILURE
        }
    }
}

#[tokio::main(flavor = "current_thread")]
async fn draw(options: &Options) -> Result<()> {
    let tick = Tick::from_ms(options.tick_ms);
    let url = match &options.url {
        Some(url) => url.clone(),
        None => start_lesson(options.workers, tick)?,
    };
    writeln!(io::stdout(), "{}", chart::head(options))?;
    for path in &options.paths {
        let timeline = measure::at_once(&url, path, options.requests, tick).await?;
        writeln!(io::stdout(), "\n{}", chart::draw(path, &timeline, options.requests))?;
    }
    Ok(())
}

/// Starts the lesson in this process, on a runtime of its own and a free port.
///
/// Returns its address. The process ends with the chart, and the lesson with it.
fn start_lesson(workers: usize, tick: Tick) -> Result<String> {
    let threads = Threads { workers: Some(workers), ..LESSON.threads };
    let settings = Settings { port: 0, tick, ..Settings::default() };
    let (ready, started) = mpsc::channel();
    let failed = ready.clone();
    thread::spawn(move || {
        let serve = async {
            let server = Server::bind(settings).await?;
            let url = server.base_url();
            lesson(server.on_ready(move || _ = ready.send(Ok(url)))).await
        };
        let runtime = runtime(&Lesson { threads, ..LESSON });
        if let Err(error) = runtime.map_err(Into::into).and_then(|runtime| runtime.block_on(serve))
        {
            _ = failed.send(Err(error));
        }
    });
    started.recv()?
}
