//! The manifest of the program that a reader copies.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use lesson_tests::{rust_only, workspace};

fn examples() -> PathBuf {
    workspace::lesson("response-models").join("examples")
}

fn manifest() -> String {
    fs::read_to_string(examples().join("staff.toml")).expect("the manifest")
}

#[test]
fn the_manifest_has_the_versions_of_the_lesson() {
    rust_only!("reads the manifest");
    let manifest = manifest();
    let packages = workspace::cargo_tree(&["--package=lesson-response-models", "--depth=1"]);
    let versions = ["axum", "serde", "tokio", "tower"].map(|name| {
        let wanted = manifest.lines().find_map(|line| line.strip_prefix(&format!("{name} = ")));
        let wanted = wanted.and_then(|line| line.split('"').nth(1)).expect("a version");
        let used = packages.lines().find_map(|line| {
            line.trim_start_matches(|c: char| !c.is_alphabetic()).strip_prefix(&format!("{name} v"))
        });
        (wanted, used.expect("a crate of the lesson"))
    });
    for (wanted, used) in versions {
        assert!(used.starts_with(&format!("{wanted}.")), "{used}, not {wanted}");
    }
}

#[test]
#[ignore = "compiles the crates a second time; .ci/run does"]
fn the_manifest_builds_the_program_and_its_tests() {
    let folder = tempfile::tempdir().expect("a folder");
    let source = folder.path().join("src");
    fs::create_dir(&source).expect("a folder");
    fs::write(folder.path().join("Cargo.toml"), manifest()).expect("a manifest");
    fs::copy(examples().join("staff.rs"), source.join("main.rs")).expect("a source");
    fs::copy(workspace::root().join("Cargo.lock"), folder.path().join("Cargo.lock"))
        .expect("a lock file");
    let mut check = Command::new(env!("CARGO"));
    check.args(["check", "--all-targets"]).current_dir(folder.path());
    check.env("CARGO_TARGET_DIR", workspace::target().join("shop"));
    workspace::succeed(check).expect("the program builds");
}
