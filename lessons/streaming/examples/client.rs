//! A client that prints each piece of a body as it arrives.
//!
//! ```text
//! cargo run -p lesson-streaming --example client http://127.0.0.1:8000/text/
//! ```

use std::process::ExitCode;
use std::time::Instant;

use lesson_support::error::with_causes;

// ANCHOR: client
#[tokio::main]
async fn main() -> ExitCode {
    let Some(url) = std::env::args().nth(1) else {
        eprintln!("usage: cargo run -p lesson-streaming --example client URL");
        return ExitCode::from(2);
    };
    match print_pieces(&url).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{}", with_causes(&error));
            ExitCode::FAILURE
        }
    }
}

async fn print_pieces(url: &str) -> Result<(), reqwest::Error> {
    let started = Instant::now();
    let mut response = reqwest::get(url).await?.error_for_status()?;
    // `response.text()` would wait for the whole body.
    while let Some(piece) = response.chunk().await? {
        let seconds = started.elapsed().as_secs_f32();
        println!("{seconds:6.1} s {:?}", String::from_utf8_lossy(&piece));
    }
    println!("{:6.1} s the end", started.elapsed().as_secs_f32());
    Ok(())
}
// ANCHOR_END: client
