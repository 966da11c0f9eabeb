//! What a lesson costs, beside FastAPI and bare hyper: `just bench [LESSON]`. With `build`, how
//! long the lessons take to build; with `bless`, the pages show what was measured. `cargo test`
//! runs it too, and then it checks that they do.
//!
//! The servers are real programs in a release build, the load comes from oha, and what a
//! server used is read from the operating system, so that the load's own share of the
//! machine does not hide a difference. The figures are printed, and written for
//! `just bless-figures`.

mod build;
mod figures;
#[cfg(target_os = "linux")]
mod load;
mod machine;
#[cfg(target_os = "linux")]
mod measure;
mod measured;
mod pages;
#[cfg(target_os = "linux")]
mod plain;
mod plot;
#[cfg(target_os = "linux")]
mod programs;
#[cfg(target_os = "linux")]
mod relay;
#[cfg(target_os = "linux")]
mod server;
#[cfg(target_os = "linux")]
mod sse;
#[cfg(target_os = "linux")]
mod usage;
#[cfg(target_os = "linux")]
mod versions;
#[cfg(target_os = "linux")]
mod waiting;

use std::process::ExitCode;

use crate::figures::BUILD;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

fn main() -> ExitCode {
    // Only `cargo bench` adds that option. `cargo test` passes on what is meant for libtest.
    let (bench, names): (Vec<String>, Vec<String>) =
        std::env::args().skip(1).partition(|argument| argument == "--bench");
    let result = if bench.is_empty() { pages::check() } else { run(&names) };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run(names: &[String]) -> Result<()> {
    match names {
        [name] if name == BUILD => build::measure(),
        [name] if name == "bless" => pages::take_over(),
        lessons => measure_lessons(lessons),
    }
}

#[cfg(target_os = "linux")]
fn measure_lessons(names: &[String]) -> Result<()> {
    measure::lessons(names)
}

#[cfg(not(target_os = "linux"))]
fn measure_lessons(_: &[String]) -> Result<()> {
    Err("the figures are read from /proc, which only Linux has".into())
}
