//! Takes over what `just bench` and `just bench-build` measured, and shows it in the READMEs.

use std::fs;
use std::path::Path;
use std::process::ExitCode;

use lesson_tests::figures::{self, Figures};
use lesson_tests::readme::{Page, bless_figures};
use lesson_tests::{pages, workspace};

fn main() -> ExitCode {
    match take_over() {
        Ok(()) => ExitCode::SUCCESS,
        Err(sentence) => {
            eprintln!("{sentence}");
            ExitCode::FAILURE
        }
    }
}

/// What was measured since the last time; what was not stays as it is.
fn take_over() -> Result<(), String> {
    let mut taken = 0;
    for (name, page) in pages::with_figures() {
        let measured = figures::measured(&name);
        if measured.exists() {
            show(&Figures::read(&measured)?, &name, &page)?;
            taken += 1;
        }
    }
    match taken {
        0 => Err("nothing was measured yet: run `just bench` or `just bench-build` first".into()),
        _ => Ok(()),
    }
}

fn show(measured: &Figures, name: &str, page: &Page) -> Result<(), String> {
    measured.write(&figures::taken_over(name))?;
    if let Some(plot) = figures::plot_file(name) {
        write(&plot, &measured.plot())?;
    }
    let path = workspace::root().join(page.file());
    write(&path, &bless_figures(page, &figures::shown_by_page(measured, name)))
}

fn write(path: &Path, text: &str) -> Result<(), String> {
    if fs::read_to_string(path).is_ok_and(|old| old == text) {
        return Ok(());
    }
    fs::write(path, text).map_err(|error| format!("{}: {error}", path.display()))?;
    let path = path.strip_prefix(workspace::root()).unwrap_or(path);
    println!("rewrote {}", path.display());
    Ok(())
}
