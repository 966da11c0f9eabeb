//! Where things are in the checkout.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The workspace's root.
pub fn root() -> PathBuf {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    tests.parent().expect("tests/ lies in the workspace").to_owned()
}

/// The folder of a lesson.
pub fn lesson(name: &str) -> PathBuf {
    root().join("lessons").join(name)
}

/// The names of all lessons, in alphabetical order.
pub fn lessons() -> Vec<String> {
    let folders = root().join("lessons").read_dir().expect("the folder lessons/");
    let mut names: Vec<_> = folders
        .map(|folder| folder.expect("a folder of lessons/"))
        .filter(|folder| folder.path().join("Cargo.toml").exists())
        .map(|folder| folder.file_name().into_string().expect("a name in UTF-8"))
        .collect();
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
