//! What the suite is run against, and where the targets are meant to differ.

use std::env;
use std::fmt::Debug;
use std::path::PathBuf;
use std::sync::LazyLock;
use std::time::Duration;

use crate::report;

/// What answers the requests: the environment variable `LESSON_TARGET`.
#[derive(Clone, Debug, PartialEq)]
pub enum Target {
    /// `rust`, the default: the real program of our lesson, a fresh process for each test.
    Rust,
    /// `program:PATH`: a learner's program, which is started as the lesson's is.
    Program(PathBuf),
    /// `fastapi`: the lesson's `fastapi_app.py` under uvicorn, a fresh process for each test.
    FastApi,
    /// `http://…`: one server that is already running, written by whoever reads the lesson.
    Url(String),
}

static TARGET: LazyLock<Target> = LazyLock::new(|| match env::var("LESSON_TARGET").as_deref() {
    Err(_) | Ok("" | "rust") => Target::Rust,
    Ok("fastapi") => Target::FastApi,
    Ok(url) if url.starts_with("http://") => Target::Url(url.trim_end_matches('/').to_owned()),
    Ok(other) => match other.strip_prefix("program:") {
        Some(path) => Target::Program(path.into()),
        None => panic!("LESSON_TARGET: rust, fastapi, program:PATH or http://…, not \"{other}\""),
    },
});

impl Target {
    /// The target of this run.
    pub fn current() -> &'static Self {
        &TARGET
    }

    /// How long to wait for what must come, and never takes this long; `usual` on most targets.
    ///
    /// A learner's program is often one that it never comes from, and the learner waits, too.
    pub fn patience(&self, usual: Duration) -> Duration {
        match self {
            Self::Program(_) => usual.min(Duration::from_secs(4)),
            _ => usual,
        }
    }

    /// The length of a tick on this target.
    ///
    /// Python's timers and a uvicorn on a busy machine are coarser, so its ticks are longer.
    /// A server that runs already has the tick that `LESSON_TICK_MS` says, here and there.
    pub fn tick(&self) -> Duration {
        let ms = match self {
            Self::Rust | Self::Program(_) => 10,
            Self::FastApi => 20,
            Self::Url(_) => env::var("LESSON_TICK_MS").map_or(1000, |ms| {
                ms.parse().expect("LESSON_TICK_MS must be a whole number of milliseconds")
            }),
        };
        Duration::from_millis(ms)
    }
}

/// What the Rust lesson answers.
pub struct Rust<T>(T);

/// What the FastAPI app answers.
pub struct FastApi<T>(T);

/// Names the Rust side of an [`expect`].
pub fn rust<T>(answer: T) -> Rust<T> {
    Rust(answer)
}

/// Names the FastAPI side of an [`expect`].
pub fn fastapi<T>(answer: T) -> FastApi<T> {
    FastApi(answer)
}

/// An intended difference: what this run's target is expected to answer.
///
/// Each one is in the lesson's table "Where axum differs from FastAPI"; the checks of the
/// README see to it. A learner's own server is held to the Rust side, unless
/// `LESSON_EXPECT=fastapi` says otherwise.
pub fn expect<T: Debug>(Rust(rust): Rust<T>, FastApi(fastapi): FastApi<T>) -> T {
    report::difference(&rust, &fastapi);
    let as_fastapi = match Target::current() {
        Target::Rust | Target::Program(_) => false,
        Target::FastApi => true,
        Target::Url(_) => env::var("LESSON_EXPECT").is_ok_and(|side| side == "fastapi"),
    };
    if as_fastapi { fastapi } else { rust }
}

/// Leaves a test that looks inside the Rust lesson when the target is another one.
#[macro_export]
macro_rules! rust_only {
    ($reason:literal) => {
        if *$crate::Target::current() != $crate::Target::Rust {
            return $crate::report::skipped($reason);
        }
    };
}

/// Leaves a test that starts a program in Rust, the lesson's or the learner's, when the target
/// is another one.
#[macro_export]
macro_rules! rust_program_only {
    ($reason:literal) => {
        if !matches!($crate::Target::current(), $crate::Target::Rust | $crate::Target::Program(_)) {
            return $crate::report::skipped($reason);
        }
    };
}

/// Leaves a test that needs a real FastAPI beside the Rust code when there is none.
#[macro_export]
macro_rules! fastapi_only {
    ($reason:literal) => {
        if *$crate::Target::current() != $crate::Target::FastApi {
            return $crate::report::skipped($reason);
        }
    };
}

/// Leaves a test that needs a server of its own when the target is one that runs already.
#[macro_export]
macro_rules! own_server_only {
    ($reason:literal) => {
        if matches!($crate::Target::current(), $crate::Target::Url(_)) {
            return $crate::report::skipped($reason);
        }
    };
}
