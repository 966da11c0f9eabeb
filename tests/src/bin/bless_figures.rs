//! Takes over what `just bench` and `just bench-build` measured, and shows it in the pages.

use std::path::Path;
use std::process::ExitCode;

use lesson_tests::figures::{self, Figures};
use lesson_tests::pages;
use lesson_tests::readme::FIGURES;

fn main() -> ExitCode {
    match take_over() {
        Ok(()) => ExitCode::SUCCESS,
        Err(sentence) => {
            eprintln!("{sentence}");
            ExitCode::FAILURE
        }
    }
}

/// What was measured since the last time replaces what was taken over before.
fn take_over() -> Result<(), String> {
    for (name, pages) in pages::with_figures() {
        let (measured, taken) = (figures::measured(&name), figures::taken_over(&name));
        if measured.exists() {
            Figures::read(&measured)?.write(&taken)?;
        }
        let taken = Figures::read(&taken)?;
        if let Some(plot) = figures::plot_file(&name) {
            pages::write(&plot, &taken.plot())?;
        }
        for page in pages {
            let shown = figures::shown_by(&page, &taken, &name);
            pages::write(Path::new(page.file()), &FIGURES.bless(&page, &shown))?;
        }
    }
    Ok(())
}
