//! Rewrites the READMEs' code blocks and transcripts from what the code and the servers do.
//!
//! Only what no longer fits is rewritten. Read the diff: it is what changed for a reader.

use std::fs;

use lesson_tests::readme::{Page, bless_code, bless_console};
use lesson_tests::{pages, workspace};

fn main() {
    for page in pages::all() {
        write(&page, &bless_code(&page));
    }
    for (lesson, page) in pages::of_lessons() {
        let server = pages::server(&lesson);
        write(&page, &bless_console(&page, server.address(), &pages::banner(&server)));
    }
}

fn write(page: &Page, blessed: &str) {
    if page.text() == blessed {
        return;
    }
    let path = workspace::root().join(page.file());
    fs::write(&path, blessed).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    println!("rewrote {}", page.file());
}
