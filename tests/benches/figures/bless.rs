//! Takes over what `just bench` and `just bench-build` measured, and shows it in the pages.

use std::path::Path;

use lesson_tests::figures::{self, Figures};
use lesson_tests::pages;
use lesson_tests::readme::FIGURES;

use crate::{Result, measured};

/// What was measured since the last time replaces what was taken over before.
pub fn take_over() -> Result<()> {
    for (name, pages) in pages::with_figures() {
        let (measured, taken) = (measured::file(&name), figures::taken_over(&name));
        if measured.exists() {
            measured::write(&Figures::read(&measured)?, &taken)?;
        }
        let taken = Figures::read(&taken)?;
        if let Some(plot) = figures::plot_file(&name) {
            pages::write(&plot, &taken.plot())?;
        }
        for page in pages {
            let blessed = FIGURES.bless(&page, &taken.shown_for(&name));
            pages::write(Path::new(page.file()), &blessed)?;
        }
    }
    Ok(())
}
