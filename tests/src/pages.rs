//! The READMEs of the workspace, and the servers that their transcripts talk to.

use crate::binary::Binary;
use crate::figures;
use crate::readme::Page;
use crate::workspace;

/// Every page that is checked: the workspace's, the map and the lessons'.
pub fn all() -> Vec<Page> {
    let mut pages = about_no_lesson();
    pages.extend(of_lessons().into_iter().map(|(_, page)| page));
    pages
}

/// The pages that no server stands behind: the workspace's and the map.
pub fn about_no_lesson() -> Vec<Page> {
    vec![read("README.md"), read("CONTRIBUTING.md"), map()]
}

/// FastAPI's topics, and where each is found here.
pub fn map() -> Page {
    read("lessons/README.md")
}

/// Each lesson's name and page.
pub fn of_lessons() -> Vec<(String, Page)> {
    workspace::lessons().into_iter().map(|lesson| (lesson.clone(), of_lesson(&lesson))).collect()
}

/// The page of a lesson.
pub fn of_lesson(lesson: &str) -> Page {
    read(&format!("lessons/{lesson}/README.md"))
}

/// The pages that show figures, by the name of what was measured.
pub fn with_figures() -> Vec<(String, Page)> {
    // What the first steps cost is axum's own cost, and testing is about no server.
    let unmeasured = ["first-steps", "testing"];
    let mut pages: Vec<_> = of_lessons();
    pages.retain(|(lesson, _)| !unmeasured.contains(&lesson.as_str()));
    pages.push((figures::BUILD.to_owned(), read("README.md")));
    pages
}

fn read(file: &str) -> Page {
    Page::read(&workspace::root(), file).unwrap_or_else(|error| panic!("{file}: {error}"))
}

/// The real program, with a tick short enough to replay every transcript in a moment.
pub fn server(lesson: &str) -> Binary {
    Binary::start(lesson, &[], &[("LESSON_TICK_MS", "10")])
}

/// Its banner as a reader sees it, who does not choose a port.
pub fn banner(server: &Binary) -> String {
    server.banner().replace(server.base_url(), "http://127.0.0.1:8000")
}
