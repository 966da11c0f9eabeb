//! The manifest of the program that a reader copies.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use lesson_tests::{rust_only, workspace};

fn examples() -> PathBuf {
    workspace::lesson("testing").join("examples")
}

fn manifest() -> String {
    fs::read_to_string(examples().join("votes.toml")).expect("the manifest")
}

#[test]
fn the_manifest_has_the_versions_of_the_lesson() {
    rust_only!("reads the manifest");
    let manifest = manifest();
    let (_, dependencies) = manifest.split_once("[dependencies]\n").expect("dependencies");
    let packages = workspace::cargo_tree(&["--package=lesson-testing", "--depth=1"]);
    let wanted: Vec<_> = dependencies.lines().filter_map(|line| line.split_once(" = ")).collect();
    assert_eq!(wanted.len(), 4);
    for (name, wanted) in wanted {
        let package = packages.lines().find_map(|line| line.strip_prefix(&format!("{name} v")));
        let version = wanted.split('"').nth(1).expect("a version");
        let fits = package.is_some_and(|package| package.starts_with(&format!("{version}.")));
        assert!(fits, "{name} is {package:?}, not {version}");
    }
}

#[test]
#[ignore = "compiles the crates a second time; .ci/run does"]
fn the_manifest_builds_the_program_and_its_test() {
    let folder = tempfile::tempdir().expect("a folder");
    let source = folder.path().join("src");
    fs::create_dir(&source).expect("a folder");
    fs::write(folder.path().join("Cargo.toml"), manifest()).expect("a manifest");
    fs::copy(examples().join("votes.rs"), source.join("main.rs")).expect("a source");
    fs::copy(workspace::root().join("Cargo.lock"), folder.path().join("Cargo.lock"))
        .expect("a lock file");
    let mut check = Command::new(env!("CARGO"));
    check.args(["check", "--all-targets"]).current_dir(folder.path());
    check.env("CARGO_TARGET_DIR", workspace::target().join("shop"));
    workspace::succeed(check).expect("the program builds");
}
