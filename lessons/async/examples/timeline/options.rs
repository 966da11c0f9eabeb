//! The options of the example.

use std::ffi::OsString;
use std::fmt::Display;
use std::ops::RangeInclusive;
use std::str::FromStr;

use lexopt::{Arg, Error, Parser, ValueExt};

/// What `--help` prints.
pub const HELP: &str = "\
timeline: draws when requests that are sent at once are answered

Usage: cargo run -p lesson-async --example timeline -- [OPTIONS] [PATH…]

PATH is a route to ask; without one these three: /both/async /both/sync
/blocking/async-blocking. The server is this lesson, started here, or the one at URL.

Options:
  --requests N    how many at once, 1 to 200, default 10
  --workers N     worker threads of the lesson that is started, 1 to 64, default 1
  --url URL       ask a server that runs already, such as fastapi_app.py
  --tick-ms MS    length of the server's tick in milliseconds, default 20 for the lesson
                  that is started, 1000 for a server that runs already
  -h, --help      print this
";

/// What to ask, and whom.
pub struct Options {
    /// How many requests are sent at once.
    pub requests: usize,
    /// The worker threads of the lesson that is started.
    pub workers: usize,
    /// The server that runs already; `None` starts the lesson.
    pub url: Option<String>,
    /// The length of a tick.
    pub tick_ms: u64,
    /// The routes to ask.
    pub paths: Vec<String>,
}

impl Options {
    /// Reads the arguments (without the program's name); `None` asks for help.
    pub fn parse<A>(arguments: A) -> Result<Option<Self>, Error>
    where
        A: IntoIterator<Item = OsString>,
    {
        let (mut requests, mut workers, mut url, mut tick_ms) = (10, None, None, None);
        let mut paths = Vec::new();
        let mut parser = Parser::from_args(arguments);
        while let Some(argument) = parser.next()? {
            match argument {
                Arg::Long("requests") => requests = number(&mut parser, "--requests", 1..=200)?,
                Arg::Long("workers") => workers = Some(number(&mut parser, "--workers", 1..=64)?),
                Arg::Long("tick-ms") => {
                    tick_ms = Some(number(&mut parser, "--tick-ms", 1..=10_000)?)
                }
                Arg::Long("url") => url = Some(base(parser.value()?.string()?)?),
                Arg::Short('h') | Arg::Long("help") => return Ok(None),
                Arg::Value(path) if path.to_string_lossy().starts_with('/') => {
                    paths.push(path.string()?);
                }
                other => return Err(other.unexpected()),
            }
        }
        if url.is_some() && workers.is_some() {
            return Err("--workers cannot change the server at --url".into());
        }
        if paths.is_empty() {
            paths =
                ["/both/async", "/both/sync", "/blocking/async-blocking"].map(Into::into).into();
        }
        let default_tick = if url.is_some() { 1000 } else { 20 };
        Ok(Some(Self {
            requests,
            workers: workers.unwrap_or(1),
            tick_ms: tick_ms.unwrap_or(default_tick),
            url,
            paths,
        }))
    }
}

fn base(url: String) -> Result<String, Error> {
    match url.starts_with("http://") {
        true => Ok(url.trim_end_matches('/').to_owned()),
        false => Err(format!("--url must begin with http://, not \"{url}\"").into()),
    }
}

fn number<N>(parser: &mut Parser, option: &str, range: RangeInclusive<N>) -> Result<N, Error>
where
    N: FromStr + PartialOrd + Display,
{
    let value = parser.value()?.string()?;
    let number = value.parse().ok().filter(|number| range.contains(number));
    let (least, most) = (range.start(), range.end());
    number.ok_or_else(|| {
        format!("{option} must be a whole number from {least} to {most}, not \"{value}\"").into()
    })
}
