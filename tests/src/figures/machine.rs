//! On what the figures were made.

use std::fs;
use std::process::Command;
use std::thread::available_parallelism;

/// Today: `2026-11-26`.
///
/// # Errors
///
/// If there is no program `date`.
pub fn date() -> Result<String, String> {
    first_line(Command::new("date").arg("+%Y-%m-%d"))
}

/// `AMD EPYC, 2 cores, Linux 6.1.0`.
///
/// # Errors
///
/// If there is no program `uname`, or nobody knows how many cores there are.
pub fn line() -> Result<String, String> {
    let processors = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = processors.lines().find_map(|line| line.strip_prefix("model name"));
    let model = model.map_or("a processor", |rest| rest.trim_start_matches([' ', '\t', ':']));
    let system = first_line(Command::new("uname").arg("-sr"))?;
    let cores = available_parallelism().map_err(|error| error.to_string())?;
    Ok(format!("{model}, {cores} cores, {system}"))
}

/// `Rust 1.95.0`.
///
/// # Errors
///
/// If there is no compiler.
pub fn rust() -> Result<String, String> {
    let line = first_line(Command::new("rustc").arg("--version"))?;
    Ok(format!("Rust {}", line.split_whitespace().nth(1).unwrap_or_default()))
}

/// The first line that a program prints.
///
/// # Errors
///
/// If it cannot be started.
pub fn first_line(command: &mut Command) -> Result<String, String> {
    let output = command.output().map_err(|error| format!("{command:?}: {error}"))?;
    let text = String::from_utf8_lossy(&output.stdout);
    Ok(text.lines().next().unwrap_or_default().trim().to_owned())
}
