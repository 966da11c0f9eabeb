//! The programs that are measured, and the one that makes the load.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use lesson_tests::workspace::{self, cargo, succeed};

use crate::Result;

/// The load generator's version that is installed where there is none.
const OHA: &str = "1.16.0";

/// The one in the PATH.
const OWN: &str = "oha";

/// An older one lacks options that are used here.
const OLDEST_MINOR: u32 = 16;

/// Builds these lessons and bare hyper for release, and installs the load generator.
pub fn build<'a>(lessons: impl Iterator<Item = &'a str>) -> Result<()> {
    println!("compiling the lessons for release");
    let mut build = cargo();
    build.args(["build", "--release", "--package=bare_hyper", "--bin=bare_hyper"]);
    // All packages, also for one lesson: each selection has features of its own, for which
    // everything would be compiled anew.
    for lesson in workspace::lessons() {
        build.arg(format!("--package=lesson-{lesson}"));
    }
    build.args(lessons.map(|lesson| format!("--bin=lesson-{lesson}")));
    succeed(build)?;
    if fits(&oha()) {
        return Ok(());
    }
    println!("compiling oha {OHA}, the load generator; one in your PATH would be used");
    let mut install = cargo();
    install.args(["install", "--locked", "--root"]).arg(tools()).arg(format!("oha@{OHA}"));
    Ok(succeed(install)?)
}

/// The load generator: the reader's own, or the one that is installed for this command.
pub fn oha() -> PathBuf {
    static OWN_FITS: LazyLock<bool> = LazyLock::new(|| fits(Path::new(OWN)));
    if *OWN_FITS { OWN.into() } else { tools().join("bin/oha") }
}

/// Whether this is an oha that knows the options.
fn fits(oha: &Path) -> bool {
    let Ok(output) = Command::new(oha).arg("--version").output() else {
        return false;
    };
    let version = String::from_utf8_lossy(&output.stdout);
    let minor = version.strip_prefix("oha 1.").and_then(|rest| rest.split('.').next());
    minor.and_then(|minor| minor.parse().ok()).is_some_and(|minor: u32| minor >= OLDEST_MINOR)
}

/// What is installed for this command alone.
fn tools() -> PathBuf {
    workspace::target().join("figures").join(format!("oha-{OHA}"))
}
