//! Where things are in the checkout.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::claim_id::ClaimId;

/// The workspace's root.
pub fn root() -> PathBuf {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    tests.parent().expect("tests/ lies in the workspace").to_owned()
}

/// The folder of a lesson.
pub fn lesson(name: &str) -> PathBuf {
    root().join("lessons").join(name)
}

/// The names of all lessons, in alphabetical order: of the folders whose pages hold a claim.
pub fn lessons() -> Vec<String> {
    folders().into_iter().filter(|folder| makes_claims(&root(), folder)).collect()
}

fn makes_claims(root: &Path, folder: &str) -> bool {
    let pages = pages(root, folder).into_iter();
    let mut texts = pages.map(|page| fs::read_to_string(root.join(page)).unwrap_or_default());
    texts.any(|text| text.lines().any(|line| ClaimId::of_claim(line).is_some()))
}

/// The folders in `lessons/`, in alphabetical order; one without claims only holds programs.
pub fn folders() -> Vec<String> {
    let folders = names(&root().join("lessons"));
    folders.into_iter().filter(|folder| lesson(folder).is_dir()).collect()
}

/// The pages of a folder in `lessons/`, seen from the root: `README.md`, then those of `docs/`.
pub fn pages(root: &Path, folder: &str) -> Vec<String> {
    let folder = format!("lessons/{folder}");
    let docs = names(&root.join(&folder).join("docs"));
    let docs = docs.into_iter().filter(|name| name.ends_with(".md"));
    let docs = docs.map(|name| format!("{folder}/docs/{name}"));
    let readme = format!("{folder}/README.md");
    [readme].into_iter().filter(|readme| root.join(readme).exists()).chain(docs).collect()
}

/// What is in a folder, in alphabetical order; nothing if there is no such folder.
fn names(folder: &Path) -> Vec<String> {
    let entries = folder.read_dir().into_iter().flatten().flatten();
    let mut names: Vec<_> = entries.filter_map(|e| e.file_name().into_string().ok()).collect();
    names.sort();
    names
}

/// The cargo that built this program, in the workspace.
pub fn cargo() -> Command {
    let mut cargo = Command::new(env::var("CARGO").as_deref().unwrap_or("cargo"));
    cargo.current_dir(root());
    cargo
}

/// Runs a command to its end.
///
/// # Errors
///
/// If it cannot be started, or fails.
pub fn succeed(mut command: Command) -> Result<(), String> {
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("{command:?} failed: {status}")),
        Err(error) => Err(format!("{command:?} failed: {error}")),
    }
}

/// What `cargo tree` prints with these arguments, a package a line.
pub fn cargo_tree(arguments: &[&str]) -> String {
    let output = cargo()
        .args(["tree", "--offline", "--locked", "--prefix", "none"])
        .args(arguments)
        .output()
        .expect("cargo tree");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// Cargo's target folder, wherever this build put it: test programs lie in `debug/deps` there.
pub fn target() -> PathBuf {
    profile().parent().expect("the target folder").to_owned()
}

/// The folder of the finished programs: `target/debug`.
pub(crate) fn profile() -> PathBuf {
    let program = env::current_exe().expect("this program's path");
    let folder = program.parent().expect("a folder around this program");
    match folder.ends_with("deps") {
        true => folder.parent().expect("the profile's folder").to_owned(),
        false => folder.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::readme::fixtures::repository;

    #[test]
    fn the_pages_of_a_lesson_are_its_readme_and_its_docs_in_order() {
        let root = repository(&[
            ("lessons/sql/README.md", ""),
            ("lessons/sql/docs/production.md", ""),
            ("lessons/sql/docs/1-locks.md", ""),
            ("lessons/sql/docs/figures.svg", ""),
            ("lessons/sql/src/lib.rs", ""),
            ("lessons/book/src/lib.rs", ""),
        ]);
        assert_eq!(
            pages(root.path(), "sql"),
            [
                "lessons/sql/README.md",
                "lessons/sql/docs/1-locks.md",
                "lessons/sql/docs/production.md"
            ]
        );
        assert!(pages(root.path(), "book").is_empty());
    }

    #[test]
    fn a_lesson_is_a_folder_whose_pages_make_claims() {
        let root = repository(&[
            ("lessons/sql/README.md", "# SQL\n"),
            ("lessons/sql/docs/claims.md", "- **SQ-1** one\n"),
            ("lessons/book/README.md", "# Programs\n\n- **SQL** is not an id\n"),
        ]);
        assert!(makes_claims(root.path(), "sql"));
        assert!(!makes_claims(root.path(), "book"));
    }
}
