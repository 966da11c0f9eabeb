//! The programs that are measured, and the one that makes the load.

use std::path::PathBuf;
use std::process::Command;

use lesson_tests::workspace;

use crate::Result;

/// The load generator's version, a part of what a figure means.
const OHA: &str = "1.16.0";

/// Builds these lessons and bare hyper for release, and installs the load generator.
pub fn build<'a>(lessons: impl Iterator<Item = &'a str>) -> Result<()> {
    let mut build = cargo();
    build.args(["build", "--release", "--package=lesson-support", "--example=bare_hyper"]);
    for lesson in lessons {
        build.args([format!("--package=lesson-{lesson}"), format!("--bin=lesson-{lesson}")]);
    }
    succeed(build)?;
    if oha().exists() {
        return Ok(());
    }
    let mut install = cargo();
    install.args(["install", "--locked", "--root"]).arg(tools()).arg(format!("oha@{OHA}"));
    succeed(install)
}

/// The load generator.
pub fn oha() -> PathBuf {
    tools().join("bin/oha")
}

/// What is installed for this command alone.
fn tools() -> PathBuf {
    workspace::target().join("figures").join(format!("oha-{OHA}"))
}

fn cargo() -> Command {
    let mut cargo = Command::new(std::env::var("CARGO").as_deref().unwrap_or("cargo"));
    cargo.arg("--quiet").current_dir(workspace::root());
    cargo
}

fn succeed(mut command: Command) -> Result<()> {
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("{command:?} failed: {status}").into()),
        Err(error) => Err(format!("{command:?} failed: {error}").into()),
    }
}
