//! The pages of the workspace, and the servers that their transcripts talk to.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::binary::Binary;
use crate::claim_id::ClaimId;
use crate::readme::Page;
use crate::workspace;

/// Every page that is checked: the workspace's, the map, the package's and the lessons'.
pub fn all() -> Vec<Page> {
    let mut pages = about_no_lesson();
    pages.push(of_package());
    pages.extend(of_lessons().into_iter().flat_map(|(_, pages)| pages));
    pages
}

/// The pages that no server stands behind: the workspace's, the map, and those of folders in
/// `lessons/` that make no claim.
pub fn about_no_lesson() -> Vec<Page> {
    let lessons = workspace::lessons();
    let others = workspace::folders().into_iter().filter(|folder| !lessons.contains(folder));
    let files = ["README.md", "CONTRIBUTING.md", "tests/README.md", "lessons/README.md"];
    let mut pages: Vec<Page> = files.into_iter().map(read).collect();
    pages.extend(others.flat_map(|folder| of_lesson(&folder)));
    pages
}

/// The README of the package that readers take home. Its transcripts talk to
/// [`package::serve`](crate::package::serve).
pub fn of_package() -> Page {
    read("shared/extract/README.md")
}

/// FastAPI's topics, and where each is found here.
pub fn map() -> Page {
    read("lessons/README.md")
}

/// Each lesson's name and pages.
pub fn of_lessons() -> Vec<(String, Vec<Page>)> {
    let lessons = workspace::lessons().into_iter();
    lessons.map(|lesson| (lesson.clone(), of_lesson(&lesson))).collect()
}

/// The pages of a lesson: its README, then those of its `docs/`.
pub fn of_lesson(lesson: &str) -> Vec<Page> {
    workspace::pages(&workspace::root(), lesson).iter().map(|file| read(file)).collect()
}

/// The sentences of each claim of a lesson, without Markdown's marks.
pub fn sentences(lesson: &str) -> BTreeMap<ClaimId, Vec<String>> {
    let pages = of_lesson(lesson);
    let lines = pages.iter().flat_map(|page| page.text().lines());
    lines.filter_map(ClaimId::of_claim).map(|(id, text)| (id, sentences_of(text))).collect()
}

/// Without the anchor at the claim's end.
fn sentences_of(claim: &str) -> Vec<String> {
    let text = claim.split("<a id=").next().unwrap_or(claim).replace(['`', '*'], "");
    text.split_inclusive(". ").map(|sentence| sentence.trim().to_owned()).collect()
}

fn read(file: &str) -> Page {
    Page::read(&workspace::root(), file).unwrap_or_else(|error| panic!("{file}: {error}"))
}

/// Writes a file of the workspace and says so, unless it has that text already.
///
/// # Errors
///
/// If it cannot be written.
pub fn write(file: &Path, text: &str) -> Result<(), String> {
    let path = workspace::root().join(file);
    if fs::read_to_string(&path).is_ok_and(|old| old == text) {
        return Ok(());
    }
    println!("writing {}", file.display());
    fs::write(&path, text).map_err(|error| format!("{}: {error}", path.display()))
}

/// The real program, with a tick short enough to replay every transcript in a moment.
///
/// Not shorter: async's `timeout` of five ticks, late by another five on a busy machine, finds its
/// future done, and then it answers as if it had been in time.
pub fn server(lesson: &str) -> Binary {
    Binary::start(lesson, &[], &[("LESSON_TICK_MS", "20")])
}

/// Its banner as a reader sees it, who does not choose a port.
pub fn banner(server: &Binary) -> String {
    server.banner().replace(server.base_url(), "http://127.0.0.1:8000")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sentences_of_a_claim_are_shown_without_marks() {
        assert_eq!(sentences_of("A `piece` leaves. More."), ["A piece leaves.", "More."]);
        assert_eq!(sentences_of("It *ends* <a id=\"st-1\"></a>"), ["It ends"]);
    }
}
