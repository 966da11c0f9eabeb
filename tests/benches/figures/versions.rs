//! With what the figures were made.

use std::process::Command;

use lesson_tests::fastapi;

use crate::machine::{first_line, rust};
use crate::{Result, programs};

/// What takes part: compiler, FastAPI and what serves it, the load generator.
pub fn versions() -> Result<Vec<String>> {
    let requirements = fastapi::requirements()?;
    let pinned = |package: &str| {
        let pin = format!("{package}==");
        let version = requirements.lines().find_map(|line| line.strip_prefix(&pin));
        format!("{package} {}", version.unwrap_or_default())
    };
    let mut versions = vec![rust()?, first_line(Command::new(fastapi::python()).arg("--version"))?];
    versions.extend(["fastapi", "uvicorn", "uvloop", "httptools"].map(pinned));
    versions.push(first_line(Command::new(programs::oha()).arg("--version"))?);
    Ok(versions)
}
