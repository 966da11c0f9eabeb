//! The files of the lesson, and what they make others compile.

use std::process::Command;

use lesson_tests::{rust_only, workspace};

#[test]
fn sq_01_the_files_have_the_names_of_the_tutorials() {
    rust_only!("looks at the lesson's files");
    let source = workspace::lesson("sql").join("src");
    for name in ["crud", "database", "main", "models", "schemas"] {
        assert!(source.join(format!("{name}.rs")).exists(), "{name}");
    }
}

/// The packages that a lesson is made from.
fn packages(lesson: &str) -> Vec<String> {
    let output = Command::new(std::env::var("CARGO").as_deref().unwrap_or("cargo"))
        .args(["tree", "--offline", "--locked", "--prefix", "none", "--edges", "normal,build"])
        .args(["--package", &format!("lesson-{lesson}")])
        .current_dir(workspace::root())
        .output()
        .expect("cargo tree");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    text.lines().filter_map(|line| line.split(' ').next()).map(str::to_owned).collect()
}

#[test]
fn sq_41_no_other_lesson_compiles_a_database() {
    rust_only!("asks cargo");
    for lesson in workspace::lessons() {
        let packages = packages(&lesson);
        let has = |name: &str| packages.iter().any(|package| package.starts_with(name));
        assert!(has("axum"), "{lesson}");
        assert_eq!(has("sqlx") || has("libsqlite3"), lesson == "sql", "{lesson}");
        assert!(!has("sqlx-postgres"), "{lesson}");
    }
}
