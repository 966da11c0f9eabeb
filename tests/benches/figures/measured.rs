//! Where a run leaves what it measured, until `just bless-figures` takes it over.

use std::fs;
use std::path::{Path, PathBuf};

use lesson_tests::workspace;

use crate::figures::{Figures, Table};
use crate::{Result, machine};

/// Writes what came out, and prints it. `name` is a lesson, or `BUILD`.
pub fn keep(
    name: &str,
    versions: Vec<String>,
    commands: Vec<String>,
    tables: Vec<Table>,
) -> Result<()> {
    let (date, machine) = (machine::date()?, machine::line()?);
    let figures = Figures { date, machine, versions, commands, tables };
    let path = file(name);
    write(&figures, &path)?;
    let path = path.strip_prefix(workspace::root()).unwrap_or(&path);
    println!("\n{}written to {}", figures.markdown(None), path.display());
    Ok(())
}

/// The file of the last run.
pub fn file(name: &str) -> PathBuf {
    workspace::target().join("figures").join(format!("{name}.json"))
}

/// Writes a file of figures, and its folder if there is none.
pub fn write(figures: &Figures, path: &Path) -> Result<()> {
    let text = serde_json::to_string_pretty(figures)?;
    fs::create_dir_all(path.parent().unwrap_or(Path::new(".")))?;
    Ok(fs::write(path, text + "\n").map_err(|error| format!("{}: {error}", path.display()))?)
}
