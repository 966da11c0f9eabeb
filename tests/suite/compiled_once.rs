//! The commands of the justfile compile the same packages with the same features, so that
//! after `just test-all` none of them compiles the workspace a second time.

use std::collections::BTreeSet;

use lesson_tests::{rust_only, workspace};

/// Each package with its version and its features.
fn features(arguments: &[&str]) -> BTreeSet<String> {
    let text = workspace::cargo_tree(&[&["--format", "{p} {f}"], arguments].concat());
    // A package that was shown before is marked.
    text.lines().map(|line| line.trim_end_matches(" (*)").to_owned()).collect()
}

#[test]
fn the_tools_are_made_of_what_the_tests_are_made_of() {
    rust_only!("asks cargo");
    let tests = features(&["--workspace", "--edges", "normal,build,dev"]);
    let tools = features(&["--package=lesson-tests", "--edges", "normal,build"]);
    assert!(tools.iter().any(|package| package.starts_with("axum ")), "{tools:?}");
    let others: Vec<_> = tools.difference(&tests).collect();
    assert!(others.is_empty(), "cargo run -p lesson-tests compiles these anew: {others:#?}");
}
