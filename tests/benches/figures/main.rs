//! What a lesson costs, beside FastAPI and bare hyper: `just bench [LESSON]`. With `build`, how
//! long the lessons take to build; with `bless`, the pages show what was measured.
//!
//! The servers are real programs in a release build, the load comes from oha, and what a
//! server used is read from the operating system, so that the load's own share of the
//! machine does not hide a difference. The figures are printed, and written for
//! `just bless-figures`.

mod bless;
mod build;
#[cfg(target_os = "linux")]
mod load;
mod machine;
#[cfg(target_os = "linux")]
mod measure;
mod measured;
#[cfg(target_os = "linux")]
mod plain;
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

use lesson_tests::figures::BUILD;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

fn main() -> ExitCode {
    // `cargo bench` adds an option of its own.
    let names: Vec<String> = std::env::args().skip(1).filter(|a| a != "--bench").collect();
    match run(&names) {
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
        [name] if name == "bless" => bless::take_over(),
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
