//! The programs that a reader copies: each example that has a manifest beside it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use lesson_tests::{rust_only, workspace};

/// The lesson and the manifest of each, such as `dependencies` and `whoami.toml`.
fn all() -> Vec<(String, PathBuf)> {
    let manifests = workspace::folders().into_iter().flat_map(|lesson| {
        let files = workspace::lesson(&lesson).join("examples").read_dir().into_iter().flatten();
        let files = files.map(|file| file.expect("a file of an example").path());
        let manifests = files.filter(|file| file.extension().is_some_and(|end| end == "toml"));
        manifests.map(move |manifest| (lesson.clone(), manifest)).collect::<Vec<_>>()
    });
    let manifests: Vec<_> = manifests.collect();
    assert!(!manifests.is_empty());
    manifests
}

fn read(manifest: &Path) -> String {
    fs::read_to_string(manifest).expect("a manifest")
}

#[test]
fn they_have_the_versions_of_their_lessons() {
    rust_only!("reads the manifests");
    for (lesson, manifest) in all() {
        let text = read(&manifest);
        let (_, dependencies) = text.split_once("[dependencies]\n").expect("dependencies");
        let packages = workspace::cargo_tree(&[&format!("--package=lesson-{lesson}"), "--depth=1"]);
        let wanted = dependencies.lines().filter_map(|line| line.split_once(" = "));
        let mut number = 0;
        for (name, wanted) in wanted {
            let line = packages.lines().find_map(|line| {
                let line = line.trim_start_matches(|c: char| !c.is_alphabetic());
                line.strip_prefix(&format!("{name} v"))
            });
            let version = wanted.split('"').nth(1).expect("a version");
            let fits = line.is_some_and(|line| line.starts_with(&format!("{version}.")));
            assert!(fits, "{}: {name} is {line:?}, not {version}", manifest.display());
            number += 1;
        }
        assert!(number > 1, "{}: no versions", manifest.display());
    }
}

#[test]
#[ignore = "compiles the crates a second time; .ci/run does"]
fn they_build_their_programs_and_tests() {
    for (_, manifest) in all() {
        let folder = tempfile::tempdir().expect("a folder");
        let source = folder.path().join("src");
        fs::create_dir(&source).expect("a folder");
        fs::write(folder.path().join("Cargo.toml"), read(&manifest)).expect("a manifest");
        fs::copy(manifest.with_extension("rs"), source.join("main.rs")).expect("a source");
        fs::copy(workspace::root().join("Cargo.lock"), folder.path().join("Cargo.lock"))
            .expect("a lock file");
        let mut check = Command::new(env!("CARGO"));
        check.args(["check", "--all-targets"]).current_dir(folder.path());
        check.env("CARGO_TARGET_DIR", workspace::target().join("shop"));
        workspace::succeed(check).expect("the program builds");
    }
}
