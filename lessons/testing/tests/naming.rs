//! What makes a test: an attribute and a `mod` line, not a name.

use std::env;
use std::fs;
use std::path::Path;
use std::process::Command;

/// The names of this program's tests, as libtest lists them.
pub fn listed() -> Vec<String> {
    let program = env::current_exe().unwrap();
    let output = Command::new(program).arg("--list").output().unwrap();
    let lines = String::from_utf8(output.stdout).unwrap();
    lines.lines().filter_map(|line| line.strip_suffix(": test")).map(str::to_owned).collect()
}

// ANCHOR: attribute
/// Without the attribute it's no test, whatever its name.
fn test_in_name_only() -> bool {
    true
}

#[test]
fn te_05_the_attribute_makes_the_test() {
    assert!(test_in_name_only());
    let tests = listed();
    assert!(tests.contains(&"naming::te_05_the_attribute_makes_the_test".to_owned()));
    assert!(!tests.iter().any(|test| test.contains("in_name_only")));
}
// ANCHOR_END: attribute

// ANCHOR: files
#[test]
fn te_07_every_file_in_this_folder_has_a_mod_line() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let main = fs::read_to_string(folder.join("main.rs")).unwrap();
    for entry in folder.read_dir().unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|end| end == "rs") && !path.ends_with("main.rs") {
            let name = path.file_stem().unwrap().to_str().unwrap();
            assert!(main.contains(&format!("\nmod {name};\n")), "no `mod {name};` in main.rs");
        }
    }
}
// ANCHOR_END: files

#[test]
fn te_03_the_compiler_comes_with_the_test_runner() {
    let tests = "#[test] fn it_adds() { assert_eq!(1 + 1, 2) }";
    assert_eq!(compile_as_tests(tests), (true, String::new()));
}

#[test]
fn te_21_an_async_test_without_a_runtime_does_not_compile() {
    let (compiles, errors) = compile_as_tests("#[test] async fn it_waits() {}");
    assert!(!compiles);
    assert!(errors.contains("async functions cannot be used for tests"), "{errors}");
}

/// Compiles this text with `rustc` alone: no Cargo, no crates.
fn compile_as_tests(source: &str) -> (bool, String) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("tests.rs");
    fs::write(&file, source).unwrap();
    let mut compiler = Command::new("rustc");
    compiler.args(["--test", "--edition=2024", "--emit=metadata", "--out-dir"]);
    let output = compiler.arg(folder.path()).arg(file).output().unwrap();
    (output.status.success(), String::from_utf8(output.stderr).unwrap())
}
