//! The manifest that a reader copies names what the lesson is made of.

use std::fs;
use std::process::Command;

use lesson_tests::{rust_only, workspace};

fn manifest() -> String {
    let file = workspace::lesson("first-steps").join("shop.toml");
    fs::read_to_string(file).expect("the manifest")
}

/// The lines below `[dependencies]`: a name, and what follows it.
fn dependencies(manifest: &str) -> Vec<(&str, &str)> {
    let (_, below) = manifest.split_once("[dependencies]\n").expect("dependencies");
    let lines = below.lines().take_while(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(|line| line.split_once([' ', '.']).expect("a name")).collect()
}

#[test]
fn the_manifest_has_the_crates_of_the_lesson_in_its_versions() {
    rust_only!("reads the manifests");
    let lesson = workspace::lesson("first-steps").join("Cargo.toml");
    let lesson = fs::read_to_string(lesson).expect("the lesson's manifest");
    let manifest = manifest();
    let names = |manifest| -> Vec<&str> {
        dependencies(manifest).into_iter().map(|(name, _)| name).collect()
    };
    assert_eq!(names(&manifest), names(&lesson));
    let packages = workspace::cargo_tree(&["--package=lesson-first-steps", "--depth=1"]);
    for (name, wanted) in dependencies(&manifest) {
        let line = packages.lines().find_map(|line| line.strip_prefix(&format!("{name} v")));
        let version = wanted.split('"').nth(1).expect("a version");
        let fits = line.is_some_and(|line| line.starts_with(&format!("{version}.")));
        assert!(fits, "{name} is {line:?}, not {version}");
    }
}

#[test]
fn the_lesson_is_plain_axum() {
    rust_only!("asks cargo");
    let packages = workspace::cargo_tree(&["--package=lesson-first-steps", "--edges=normal"]);
    let ours = packages.lines().filter(|line| line.contains(&*workspace::root().to_string_lossy()));
    assert_eq!(ours.count(), 1, "{packages}");
}

#[test]
#[ignore = "compiles the crates a second time; .ci/run does"]
fn the_manifest_builds_the_lesson() {
    let folder = tempfile::tempdir().expect("a folder");
    let source = folder.path().join("src");
    fs::create_dir(&source).expect("a folder");
    fs::write(folder.path().join("Cargo.toml"), manifest()).expect("a manifest");
    fs::copy(workspace::lesson("first-steps").join("src/main.rs"), source.join("main.rs"))
        .expect("a source");
    fs::copy(workspace::root().join("Cargo.lock"), folder.path().join("Cargo.lock"))
        .expect("a lock file");
    let mut check = Command::new(env!("CARGO"));
    check.arg("check").current_dir(folder.path());
    check.env("CARGO_TARGET_DIR", workspace::target().join("shop"));
    workspace::succeed(check).expect("the lesson builds");
}
