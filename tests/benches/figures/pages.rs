//! What the pages show of what `just bench` and `just bench-build` measured.

use std::fs;
use std::path::Path;

use lesson_tests::readme::{Generated, Page};
use lesson_tests::{pages, workspace};

use crate::figures::{self, BUILD, Figures};
use crate::{Result, measured};

/// Where a page shows them.
const FIGURES: Generated = Generated { name: "figures", command: "just bless-figures" };

/// The pages among which one shows figures, by the name of what was measured.
fn with_figures() -> Result<Vec<(String, Vec<Page>)>> {
    let mut pages = pages::of_lessons();
    let of_build = Page::read(&workspace::root(), "tests/README.md")?;
    pages.push((BUILD.to_owned(), vec![of_build]));
    pages.retain(|(name, pages)| figures::taken_over(name).exists() || FIGURES.is_in(pages));
    Ok(pages)
}

/// The figures and the plots are those that were taken over.
pub fn check() -> Result<()> {
    let mut faults = Vec::new();
    for (name, pages) in with_figures()? {
        let taken = Figures::read(&figures::taken_over(&name))?;
        let shown = FIGURES.check(&pages, |_| taken.shown_for(&name));
        faults.extend(shown.iter().map(ToString::to_string));
        if let Some(plot) = figures::plot_file(&name)
            && fs::read_to_string(workspace::root().join(&plot)).ok() != Some(taken.plot())
        {
            let plot = plot.display();
            faults
                .push(format!("{plot}: it is not of what was measured; run `just bless-figures`"));
        }
    }
    match faults.is_empty() {
        true => Ok(()),
        false => Err(faults.join("\n").into()),
    }
}

/// What was measured since the last time replaces what was taken over before.
pub fn take_over() -> Result<()> {
    for (name, pages) in with_figures()? {
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
