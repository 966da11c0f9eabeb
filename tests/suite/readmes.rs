//! Nothing that a page shows is untested.

use std::fs;
use std::path::{Path, PathBuf};
use std::thread;

use lesson_tests::package::NO_BANNER;
use lesson_tests::readme::{
    ANSWERS, Fault, MINUTES, Page, TestFunction, check_budget, check_claims, check_code,
    check_console, check_differences, check_links, check_map, check_mentions, check_no_console,
    minutes, routes_of, test_functions,
};
use lesson_tests::{TestServer, own_server_only, package, pages, rust_only, workspace};

fn assert_none(faults: Vec<Fault>) {
    let lines: Vec<String> = faults.iter().map(Fault::to_string).collect();
    assert!(lines.is_empty(), "\n{}\n", lines.join("\n"));
}

#[test]
fn code_blocks_are_cut_from_compiled_files() {
    assert_none(pages::all().iter().flat_map(check_code).collect());
}

#[test]
fn pages_are_short_enough() {
    let pages = pages::of_lessons().into_iter().flat_map(|(_, pages)| pages);
    assert_none(pages.flat_map(|page| check_budget(&page)).collect());
}

/// Every README says how long it takes, and every page that says it is right.
#[test]
fn minutes_are_those_that_a_page_takes() {
    let pages = pages::of_lessons().into_iter().flat_map(|(_, pages)| pages).map(|page| [page]);
    let timed = pages.filter(|page| page[0].file().ends_with("/README.md") || MINUTES.is_in(page));
    assert_none(timed.flat_map(|page| MINUTES.check(&page, minutes)).collect());
}

/// The front page says of each lesson how long it takes, and together they fit into an afternoon.
#[test]
fn the_front_page_says_how_long_the_lessons_take() {
    let front = read(&workspace::root().join("README.md"));
    let mut total = 0;
    for (_, pages) in pages::of_lessons() {
        let readme = &pages[0];
        let minutes = minutes(readme);
        let (link, cell) = (format!("({})", readme.file()), format!("| {minutes} |"));
        let is_said = front.lines().any(|row| row.contains(&link) && row.ends_with(&cell));
        assert!(is_said, "README.md: {} takes {minutes} minutes", readme.file());
        total += minutes.parse::<usize>().expect("a number");
    }
    assert!(total <= 220, "all lessons together take {total} minutes, and the limit is 220");
}

#[test]
fn links_lead_somewhere() {
    assert_none(check_links(&pages::all()));
}

#[test]
fn the_map_has_every_topic_of_fastapi() {
    let fastapi = workspace::root().join("tests/fastapi");
    let topics = read(&fastapi.join("topics.txt"));
    let requirements = read(&fastapi.join("requirements.txt"));
    assert_none(check_map(&pages::map(), &topics, &workspace::lessons(), &requirements));
}

#[test]
fn no_transcript_stands_where_none_is_replayed() {
    assert_none(pages::about_no_lesson().iter().flat_map(check_no_console).collect());
}

#[test]
fn transcripts_are_what_the_lessons_answer() {
    rust_only!("replays the pages against the Rust lessons");
    // Each page on a server of its own: a reader may begin with any of them.
    let replay = |lesson: &str, page: &Page| {
        let server = pages::server(lesson);
        check_console(page, server.address(), &pages::banner(&server))
    };
    let replay_all = |(lesson, pages): &(String, Vec<Page>)| {
        pages.iter().flat_map(|page| replay(lesson, page)).collect::<Vec<_>>()
    };
    let lessons = pages::of_lessons();
    // All lessons at once, since most commands wait for ticks.
    let faults = thread::scope(|scope| {
        let spawn = |lesson| scope.spawn(move || replay_all(lesson));
        let replays: Vec<_> = lessons.iter().map(spawn).collect();
        replays.into_iter().flat_map(|faults| faults.join().expect("no panic")).collect()
    });
    assert_none(faults);
}

#[test]
fn transcripts_of_the_package_are_what_its_programs_answer() {
    rust_only!("replays the page against the package");
    let address = package::serve().expect("a free port");
    assert_none(check_console(&pages::of_package(), address, NO_BANNER));
}

#[test]
fn claims_have_tests_and_tests_have_claims() {
    for (lesson, pages) in pages::of_lessons() {
        assert_none(check_claims(&pages, &tests_of(&lesson)));
    }
}

#[test]
fn ids_that_are_mentioned_are_claims() {
    // Its examples are of claims that somebody may add, so they are none yet.
    let is_example = |page: &Page| page.file() == "CONTRIBUTING.md";
    let pages: Vec<Page> = pages::all().into_iter().filter(|page| !is_example(page)).collect();
    assert_none(check_mentions(&pages));
}

/// The compiler skips a file that no `mod` names, and so do the tests in it.
#[test]
fn files_of_tests_are_compiled() {
    for lesson in workspace::lessons() {
        let suite = suite_module(&lesson);
        let own = workspace::lesson(&lesson).join("tests/main.rs");
        for module in [suite, own].into_iter().filter(|module| module.exists()) {
            let source = read(&module);
            for file in files_of(&module).iter().filter(|file| **file != module) {
                let name = file.file_stem().expect("a file has a name").display();
                let declaration = format!("mod {name};");
                let mut lines = source.lines().map(|line| line.trim_start_matches("pub "));
                let is_declared = lines.any(|line| line == declaration);
                assert!(is_declared, "{}: no `{declaration}`", shown(&module));
            }
        }
    }
}

/// rustdoc skips an example that is marked so, and nobody knows whether it compiles.
#[test]
fn examples_in_the_documentation_are_tested() {
    let mut files = Vec::new();
    for folder in ["lessons", "shared", "tests"] {
        collect_sources(&workspace::root().join(folder), &mut files);
    }
    for file in files {
        let text = read(&file);
        let fences = text.lines().map(str::trim_start).filter(|line| line.starts_with("//"));
        let mut fences = fences.filter(|line| line.contains("```"));
        let skipped = fences.find(|fence| fence.contains("ignore") || fence.contains("no_run"));
        assert_eq!(skipped, None, "{}: make it run, or make it `text`", shown(&file));
    }
}

#[test]
fn intended_differences_are_in_the_table() {
    for (lesson, pages) in pages::of_lessons() {
        assert_none(check_differences(&pages, &tests_of(&lesson)));
        assert!(ANSWERS.is_in(&pages), "{lesson}: `<!-- answers -->` stands nowhere");
    }
}

#[tokio::test]
async fn routes_of_the_tables_exist() {
    own_server_only!("starts every lesson");
    for (lesson, pages) in pages::of_lessons() {
        let server = TestServer::start(&lesson).await;
        let routes = routes_of(&pages);
        assert!(!routes.is_empty(), "{lesson}: no table below the heading \"The routes\"");
        for route in routes {
            // No route takes TRACE, so one that exists refuses the method, not the path.
            let request = server.request(reqwest::Method::TRACE, &route.replace("{id}", "7"));
            assert_eq!(server.send(request).await.status, 405, "{lesson}: no route {route}");
        }
    }
}

/// The test functions of a lesson: its module of this suite, with the folder of that
/// name, and the lesson's own `tests/`.
fn tests_of(lesson: &str) -> Vec<TestFunction> {
    let module = suite_module(lesson);
    let mut files = files_of(&module);
    files.push(module);
    files.extend(files_of(&workspace::lesson(lesson).join("tests/main.rs")));
    files.iter().flat_map(|file| test_functions(&shown(file), &read(file))).collect()
}

fn suite_module(lesson: &str) -> PathBuf {
    workspace::root().join("tests/suite").join(lesson.replace('-', "_")).with_extension("rs")
}

/// The files of the folder that belongs to a module: `x/` to `x.rs`, its own to `main.rs`.
fn files_of(module: &Path) -> Vec<PathBuf> {
    let folder = match module.ends_with("main.rs") {
        true => module.parent().expect("a file is in a folder").to_owned(),
        false => module.with_extension(""),
    };
    let files = folder.read_dir().into_iter().flatten();
    files.map(|file| file.expect("a file with tests").path()).filter(|file| is_rust(file)).collect()
}

fn collect_sources(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in folder.read_dir().expect("a folder of the workspace") {
        let path = entry.expect("an entry of the workspace").path();
        match path.is_dir() {
            true => collect_sources(&path, files),
            false if is_rust(&path) => files.push(path),
            false => {}
        }
    }
}

fn is_rust(file: &Path) -> bool {
    file.extension().is_some_and(|end| end == "rs")
}

fn read(file: &Path) -> String {
    fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

/// The path as messages show it, seen from the workspace's root.
fn shown(file: &Path) -> String {
    let file = file.strip_prefix(workspace::root()).expect("a file of the workspace");
    file.display().to_string()
}
