//! The options of a lesson, from the command line and the environment.

use clap::{CommandFactory, FromArgMatches, Parser, value_parser};
use tracing_subscriber::filter::{LevelFilter, Targets};

use crate::lesson::Lesson;

/// No limit of a lesson is longer than an hour: a longer one is a slip of the keyboard.
const HOUR_MS: u64 = 3_600_000;

/// How to run a lesson's server. Each option has a variable; the option wins.
// The comments of the fields are what `--help` prints.
#[derive(Clone, Debug, Parser)]
pub struct Options {
    /// Name or address to listen on
    #[arg(long, env = "LESSON_HOST", default_value_t = Options::default().host)]
    pub host: String,

    /// Port to listen on; 0 takes any free one
    #[arg(long, env = "LESSON_PORT", default_value_t = Options::default().port)]
    pub port: u16,

    /// Length of one tick in milliseconds: the unit of every delay
    #[arg(long, env = "LESSON_TICK_MS", default_value_t = Options::default().tick_ms)]
    #[arg(value_name = "MS", value_parser = value_parser!(u64).range(1..=HOUR_MS))]
    pub tick_ms: u64,

    /// How long a shutdown waits for what still runs, in milliseconds
    #[arg(long, env = "LESSON_GRACE_MS", default_value_t = Options::default().grace_ms)]
    #[arg(value_name = "MS", value_parser = value_parser!(u64).range(1..=HOUR_MS))]
    pub grace_ms: u64,

    /// How long a client may be silent within a head or a body, or between requests, in milliseconds
    #[arg(long, env = "LESSON_READ_TIMEOUT_MS", default_value_t = Options::default().read_timeout_ms)]
    #[arg(value_name = "MS", value_parser = value_parser!(u64).range(1..=HOUR_MS))]
    pub read_timeout_ms: u64,

    /// How long a client may read nothing of an answer that waits for it, in milliseconds
    #[arg(long, env = "LESSON_WRITE_TIMEOUT_MS", default_value_t = Options::default().write_timeout_ms)]
    #[arg(value_name = "MS", value_parser = value_parser!(u64).range(1..=HOUR_MS))]
    pub write_timeout_ms: u64,

    /// What is logged, such as debug or info,lesson_streaming=debug
    #[arg(long, env = "RUST_LOG", default_value_t = Options::default().log)]
    pub log: Targets,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            host: "127.0.0.1".to_owned(),
            port: 8000,
            tick_ms: 1000,
            grace_ms: 10_000,
            read_timeout_ms: 30_000,
            write_timeout_ms: 60_000,
            log: Targets::new().with_default(LevelFilter::INFO),
        }
    }
}

impl Options {
    /// Reads the arguments over the environment.
    ///
    /// `--help` ends the process with exit code 0, what cannot be understood with 2.
    pub(crate) fn from_args(lesson: &Lesson) -> Self {
        let usage = format!("cargo run -p {} --", lesson.name);
        let command = Self::command().bin_name(usage).about(lesson.title);
        let matches = command.get_matches();
        Self::from_arg_matches(&matches).unwrap_or_else(|error| error.exit())
    }
}
