//! Rewrites what the pages show of the code, of the servers and of the tests, and how long they
//! take to read.
//!
//! Only what no longer fits is rewritten. Read the diff: it is what changed for a reader.

use std::path::Path;

use lesson_tests::package::NO_BANNER;
use lesson_tests::readme::{ANSWERS, MINUTES, Page, bless_code, bless_console, minutes};
use lesson_tests::{SuiteRun, differences, package, pages};

fn main() {
    for page in pages::all() {
        write(&page, &bless_code(&page));
    }
    for (lesson, pages) in pages::of_lessons() {
        for page in pages {
            let server = pages::server(&lesson);
            write(&page, &bless_console(&page, server.address(), &pages::banner(&server)));
        }
    }
    let package = pages::of_package();
    let address = package::serve().unwrap_or_else(|error| panic!("{error}"));
    write(&package, &bless_console(&package, address, NO_BANNER));
    for (lesson, pages) in pages::of_lessons() {
        let answers = answers(&lesson);
        for page in pages {
            write(&page, &ANSWERS.bless(&page, &answers));
        }
    }
    // Last, for what was written before takes its time to be read.
    for page in pages::of_lessons().into_iter().flat_map(|(_, pages)| pages) {
        write(&page, &MINUTES.bless(&page, &minutes(&page)));
    }
}

/// What the tests of a lesson expect of the two targets. The run need not be one against
/// FastAPI: `just parity` compares the table with such a one.
fn answers(lesson: &str) -> String {
    let run = SuiteRun::of(&lesson.replace('-', "_"), &[("LESSON_TARGET", "rust")], &[])
        .unwrap_or_else(|error| panic!("{error}"));
    // A test that fails has not come to all of its expectations.
    assert!(run.is_well(), "{lesson}: a test fails; mend it first\n{}", run.stdout);
    differences::table(&run.facts)
}

fn write(page: &Page, blessed: &str) {
    pages::write(Path::new(page.file()), blessed).unwrap_or_else(|error| panic!("{error}"));
}
