//! On what the figures were made.

use std::fs;
use std::process::Command;
use std::thread::available_parallelism;

use crate::Result;

/// Today: `2026-11-26`.
pub fn date() -> Result<String> {
    first_line(Command::new("date").arg("+%Y-%m-%d"))
}

/// `AMD EPYC, 2 cores, Linux 6.1.0`.
pub fn line() -> Result<String> {
    let processors = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = processors.lines().find_map(|line| line.strip_prefix("model name"));
    let model = model.map_or("a processor", |rest| rest.trim_start_matches([' ', '\t', ':']));
    let system = first_line(Command::new("uname").arg("-sr"))?;
    let cores = available_parallelism()?;
    Ok(format!("{model}, {cores} cores, {system}"))
}

/// `Rust 1.95.0`.
pub fn rust() -> Result<String> {
    let line = first_line(Command::new("rustc").arg("--version"))?;
    Ok(format!("Rust {}", line.split_whitespace().nth(1).unwrap_or_default()))
}

/// The first line that a program prints.
pub fn first_line(command: &mut Command) -> Result<String> {
    let output = command.output().map_err(|error| format!("{command:?}: {error}"))?;
    let text = String::from_utf8_lossy(&output.stdout);
    Ok(text.lines().next().unwrap_or_default().trim().to_owned())
}
