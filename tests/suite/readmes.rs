//! Nothing that a README shows is untested.

use std::fs;
use std::path::PathBuf;

use lesson_tests::readme::{
    Fault, Page, TestFunction, check_claims, check_code, check_console, check_differences,
    check_links, test_functions,
};
use lesson_tests::{TestServer, own_server_only, pages, rust_only, workspace};

fn assert_none(faults: Vec<Fault>) {
    let lines: Vec<String> = faults.iter().map(Fault::to_string).collect();
    assert!(lines.is_empty(), "\n{}\n", lines.join("\n"));
}

#[test]
fn code_blocks_are_cut_from_compiled_files() {
    assert_none(pages::all().iter().flat_map(check_code).collect());
}

#[test]
fn links_lead_somewhere() {
    assert_none(pages::all().iter().flat_map(check_links).collect());
}

#[test]
fn transcripts_are_what_the_lessons_answer() {
    rust_only!("replays the READMEs against the Rust lessons");
    for (lesson, page) in pages::of_lessons() {
        let server = pages::server(&lesson);
        assert_none(check_console(&page, server.address(), &pages::banner(&server)));
    }
}

#[test]
fn claims_have_tests_and_tests_have_claims() {
    for (lesson, page) in pages::of_lessons() {
        assert_none(check_claims(&page, &prefix(&page), &tests_of(&lesson)));
    }
}

#[test]
fn intended_differences_are_in_the_table() {
    for (lesson, page) in pages::of_lessons() {
        assert_none(check_differences(&page, &tests_of(&lesson)));
    }
}

/// The routes of a table below the heading "The routes", in backticks: `GET /sse/{id}`.
#[tokio::test]
async fn routes_of_the_tables_exist() {
    own_server_only!("starts every lesson");
    for (lesson, page) in pages::of_lessons() {
        let server = TestServer::start(&lesson).await;
        let routes = routes(&page);
        assert!(!routes.is_empty(), "{lesson}: no table below the heading \"The routes\"");
        for route in routes {
            // No route takes TRACE, so one that exists refuses the method, not the path.
            let request = server.request(reqwest::Method::TRACE, &route.replace("{id}", "7"));
            assert_eq!(server.send(request).await.status, 405, "{lesson}: no route {route}");
        }
    }
}

fn routes(page: &Page) -> Vec<String> {
    let (_, section) = page.text().split_once("\n## The routes\n").unwrap_or_default();
    let section = section.split("\n## ").next().unwrap_or_default();
    let rows = section.lines().filter_map(|line| line.strip_prefix("| `"));
    let cells = rows.filter_map(|row| row.split_once(" |")).map(|(cell, _)| cell);
    let routes = cells.flat_map(|cell| cell.split('`')).filter(|part| part.starts_with('/'));
    routes.map(str::to_owned).collect()
}

/// `ST`, from the page's first claim.
fn prefix(page: &Page) -> String {
    let claim = page.text().lines().find_map(|line| line.strip_prefix("- **"));
    let prefix = claim.and_then(|claim| claim.split_once('-'));
    prefix.expect("a claim, - **XX-1** …").0.to_owned()
}

/// The test functions of a lesson: its module of this suite, with the folder of that
/// name, and the lesson's own `tests/`.
fn tests_of(lesson: &str) -> Vec<TestFunction> {
    let module = lesson.replace('-', "_");
    let suite = workspace::root().join("tests/suite");
    let mut files = vec![suite.join(format!("{module}.rs"))];
    for folder in [suite.join(module), workspace::lesson(lesson).join("tests")] {
        if let Ok(folder) = folder.read_dir() {
            files.extend(folder.map(|file| file.expect("a file with tests").path()));
        }
    }
    let sources = files.iter().filter(|file| file.extension().is_some_and(|end| end == "rs"));
    sources.flat_map(read_tests).collect()
}

fn read_tests(file: &PathBuf) -> Vec<TestFunction> {
    let source = fs::read_to_string(file).expect("a source file of the suite");
    let shown = file.strip_prefix(workspace::root()).expect("a file of the workspace");
    test_functions(&shown.display().to_string(), &source)
}
