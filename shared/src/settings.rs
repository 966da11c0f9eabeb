//! The options of a lesson, from the command line and the environment.

use std::collections::HashMap;
use std::ffi::OsString;
use std::fmt;
use std::ops::RangeInclusive;
use std::time::Duration;

use lexopt::{Arg, Parser};

use crate::tick::Tick;

/// What `--help` prints after the lesson's own line.
pub(crate) const HELP: &str = "\
Options (each can be set by the environment variable in brackets; the option wins):
  --host HOST      address to listen on, default 127.0.0.1 [LESSON_HOST]
  --port PORT      port to listen on, default 8000, 0 = any free one [LESSON_PORT]
  --tick-ms MS     length of one tick in milliseconds, default 1000 [LESSON_TICK_MS]
  --grace-ms MS    how long a shutdown waits for what still runs, default 10000 [LESSON_GRACE_MS]
  --read-timeout-ms MS
                   how long a client may take for the head of a request, be silent within
                   its body, or keep an idle connection, default 30000 [LESSON_READ_TIMEOUT_MS]
  -h, --help       print this
RUST_LOG sets what is logged, for example RUST_LOG=debug; default info.
";

/// The variables of the environment that every lesson knows.
pub const VARIABLES: [&str; 5] =
    ["LESSON_HOST", "LESSON_PORT", "LESSON_TICK_MS", "LESSON_GRACE_MS", "LESSON_READ_TIMEOUT_MS"];

/// No delay of a lesson is longer than an hour; a longer one is a slip of the keyboard.
const MILLISECONDS: RangeInclusive<u64> = 1..=3_600_000;

/// How to run a lesson's server.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Name or address to listen on.
    pub host: String,
    /// Port to listen on; 0 takes any free one.
    pub port: u16,
    /// The length of one tick.
    pub tick: Tick,
    /// How long a shutdown waits for running requests before it cuts them.
    pub grace: Duration,
    /// How long a client may take for the head of a request, be silent within its body,
    /// or keep a connection without a request.
    pub read_timeout: Duration,
    /// The environment: a lesson's own variables, such as `LESSON_JSON_FILE`.
    pub variables: HashMap<String, String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            host: "127.0.0.1".to_owned(),
            port: 8000,
            tick: Tick::from_ms(1000),
            grace: Duration::from_secs(10),
            read_timeout: Duration::from_secs(30),
            variables: HashMap::new(),
        }
    }
}

/// What the command line asks for.
#[derive(Debug)]
pub(crate) enum Command {
    Run(Settings),
    Help,
}

/// A command line or an environment that cannot be understood, in one sentence.
#[derive(Debug, PartialEq)]
pub(crate) struct UsageError(String);

impl fmt::Display for UsageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}; try --help", self.0)
    }
}

impl From<lexopt::Error> for UsageError {
    fn from(error: lexopt::Error) -> Self {
        Self(error.to_string())
    }
}

impl Command {
    /// Reads the arguments (without the program's name) over the environment.
    pub(crate) fn parse<A>(
        arguments: A,
        variables: HashMap<String, String>,
    ) -> Result<Self, UsageError>
    where
        A: IntoIterator,
        A::Item: Into<OsString>,
    {
        let mut settings = Settings::from_variables(variables)?;
        let mut parser = Parser::from_args(arguments);
        while let Some(argument) = parser.next()? {
            match argument {
                Arg::Long(
                    option @ ("host" | "port" | "tick-ms" | "grace-ms" | "read-timeout-ms"),
                ) => {
                    let source = format!("--{option}");
                    let value = parser.value()?;
                    settings.set(&source, &value.to_string_lossy())?;
                }
                Arg::Short('h') | Arg::Long("help") => return Ok(Self::Help),
                other => return Err(other.unexpected().into()),
            }
        }
        Ok(Self::Run(settings))
    }
}

impl Settings {
    fn from_variables(variables: HashMap<String, String>) -> Result<Self, UsageError> {
        let mut settings = Self::default();
        for source in VARIABLES {
            if let Some(value) = variables.get(source) {
                settings.set(source, value)?;
            }
        }
        settings.variables = variables;
        Ok(settings)
    }

    /// Sets one value; `source` is the option or the variable, as the reader wrote it.
    fn set(&mut self, source: &str, value: &str) -> Result<(), UsageError> {
        match source {
            "--host" | "LESSON_HOST" => self.host = value.to_owned(),
            "--port" | "LESSON_PORT" => self.port = number(source, value, 0..=65_535)?,
            "--tick-ms" | "LESSON_TICK_MS" => {
                self.tick = Tick::from_ms(number(source, value, MILLISECONDS)?);
            }
            "--grace-ms" | "LESSON_GRACE_MS" => {
                self.grace = Duration::from_millis(number(source, value, MILLISECONDS)?);
            }
            _ => self.read_timeout = Duration::from_millis(number(source, value, MILLISECONDS)?),
        }
        Ok(())
    }
}

fn number<N: TryFrom<u64>>(
    source: &str,
    value: &str,
    range: RangeInclusive<u64>,
) -> Result<N, UsageError> {
    let parsed = value.parse().ok().filter(|n| range.contains(n));
    parsed.and_then(|n| N::try_from(n).ok()).ok_or_else(|| {
        let (least, most) = (range.start(), range.end());
        UsageError(format!(
            "{source} must be a whole number from {least} to {most}, not \"{value}\""
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(arguments: &[&str], variables: &[(&str, &str)]) -> Result<Command, String> {
        let variables =
            variables.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
        Command::parse(arguments, variables).map_err(|error| error.to_string())
    }

    fn settings(arguments: &[&str], variables: &[(&str, &str)]) -> Settings {
        match parse(arguments, variables) {
            Ok(Command::Run(settings)) => settings,
            other => panic!("expected settings, got {other:?}"),
        }
    }

    #[test]
    fn without_anything_the_defaults_hold() {
        let settings = settings(&[], &[]);
        assert_eq!(settings.host, "127.0.0.1");
        assert_eq!(settings.port, 8000);
        assert_eq!(settings.tick, Tick::from_ms(1000));
        assert_eq!(settings.grace, Duration::from_secs(10));
        assert_eq!(settings.read_timeout, Duration::from_secs(30));
    }

    #[test]
    fn every_option_can_be_given_and_has_its_variable() {
        let options = ["--host", "::1", "--port=0", "--tick-ms", "20", "--grace-ms=500"];
        let from_options = settings(&[&options[..], &["--read-timeout-ms", "700"]].concat(), &[]);
        let from_variables = settings(
            &[],
            &[
                ("LESSON_HOST", "::1"),
                ("LESSON_PORT", "0"),
                ("LESSON_TICK_MS", "20"),
                ("LESSON_GRACE_MS", "500"),
                ("LESSON_READ_TIMEOUT_MS", "700"),
            ],
        );
        for settings in [from_options, from_variables] {
            assert_eq!(settings.host, "::1");
            assert_eq!(settings.port, 0);
            assert_eq!(settings.tick, Tick::from_ms(20));
            assert_eq!(settings.grace, Duration::from_millis(500));
            assert_eq!(settings.read_timeout, Duration::from_millis(700));
        }
    }

    #[test]
    fn an_option_wins_over_its_variable() {
        assert_eq!(settings(&["--port", "9000"], &[("LESSON_PORT", "9001")]).port, 9000);
    }

    #[test]
    fn a_lessons_own_variables_are_kept() {
        let settings = settings(&[], &[("LESSON_JSON_FILE", "big.json")]);
        assert_eq!(settings.variables["LESSON_JSON_FILE"], "big.json");
    }

    #[test]
    fn a_bad_value_is_one_sentence_that_names_its_source() {
        for (arguments, variables, sentence) in [
            (
                &["--port", "http"][..],
                &[][..],
                "--port must be a whole number from 0 to 65535, not \"http\"; try --help",
            ),
            (
                &["--port", "65536"],
                &[],
                "--port must be a whole number from 0 to 65535, not \"65536\"; try --help",
            ),
            (
                &[],
                &[("LESSON_TICK_MS", "0")],
                "LESSON_TICK_MS must be a whole number from 1 to 3600000, not \"0\"; try --help",
            ),
            (
                &["--grace-ms", "-5"],
                &[],
                "--grace-ms must be a whole number from 1 to 3600000, not \"-5\"; try --help",
            ),
            (&["--prot", "1"], &[], "invalid option '--prot'; try --help"),
            (&["extra"], &[], "unexpected argument \"extra\"; try --help"),
            (&["--port"], &[], "missing argument for option '--port'; try --help"),
        ] {
            assert_eq!(parse(arguments, variables).unwrap_err(), sentence);
        }
    }

    #[test]
    fn help_is_asked_for_in_two_ways() {
        assert!(matches!(parse(&["-h"], &[]), Ok(Command::Help)));
        assert!(matches!(parse(&["--port", "1", "--help"], &[]), Ok(Command::Help)));
    }
}
