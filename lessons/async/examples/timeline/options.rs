//! The options of the example.

use clap::{Parser, value_parser};

/// Draws when requests that were sent at once are answered.
///
/// It starts this lesson and asks it, or asks the server at `--url`.
#[derive(Parser)]
#[command(bin_name = "cargo run -p lesson-async --example timeline --")]
pub struct Options {
    /// How many requests are sent at once
    #[arg(long, value_name = "N", default_value_t = 10)]
    #[arg(value_parser = value_parser!(u16).range(1..=200))]
    pub requests: u16,

    /// Worker threads of the lesson that it starts
    #[arg(long, value_name = "N", default_value_t = 1, conflicts_with = "url")]
    #[arg(value_parser = value_parser!(u16).range(1..=64))]
    pub workers: u16,

    /// Ask a server that's already running, such as fastapi_app.py
    #[arg(long, value_parser = url)]
    pub url: Option<String>,

    /// Length of the server's tick in milliseconds
    #[arg(long, value_name = "MS", default_value_t = 20)]
    #[arg(default_value_if("url", clap::builder::ArgPredicate::IsPresent, "1000"))]
    #[arg(value_parser = value_parser!(u64).range(1..=10_000))]
    pub tick_ms: u64,

    /// The routes to ask
    #[arg(value_name = "PATH", value_parser = path)]
    #[arg(default_values = ["/both/async", "/both/sync", "/blocking/async-blocking"])]
    pub paths: Vec<String>,
}

fn url(text: &str) -> Result<String, &'static str> {
    match text.starts_with("http://") {
        true => Ok(text.trim_end_matches('/').to_owned()),
        false => Err("a URL begins with http://"),
    }
}

fn path(text: &str) -> Result<String, &'static str> {
    if text.starts_with('/') { Ok(text.to_owned()) } else { Err("a route begins with /") }
}
