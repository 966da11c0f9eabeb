//! The files of the lesson, and what they make others compile.

use lesson_tests::{rust_only, workspace};

#[test]
fn sq_01_the_files_are_named_as_in_the_tutorial() {
    rust_only!("looks at the lesson's files");
    let source = workspace::lesson("sql").join("src");
    for name in ["crud", "database", "main", "models", "schemas"] {
        assert!(source.join(format!("{name}.rs")).exists(), "{name}");
    }
}

/// The packages that each lesson is made from, the lesson itself first.
fn packages_of_the_lessons() -> Vec<Vec<String>> {
    let packages = workspace::lessons().into_iter().map(|name| format!("--package=lesson-{name}"));
    let packages: Vec<String> = packages.collect();
    // Otherwise a package would be shown below the first lesson that has it, and no other.
    let mut arguments = vec!["--edges", "normal,build", "--no-dedupe"];
    arguments.extend(packages.iter().map(String::as_str));
    let text = workspace::cargo_tree(&arguments);
    let name = |line: &str| line.split(' ').next().unwrap_or_default().to_owned();
    text.split("\n\n").map(|tree| tree.lines().map(name).collect()).collect()
}

#[test]
fn sq_41_no_other_lesson_compiles_a_database() {
    rust_only!("asks cargo");
    let trees = packages_of_the_lessons();
    assert_eq!(trees.len(), workspace::lessons().len());
    for packages in trees {
        let lesson = packages.first().expect("the lesson itself");
        let has = |name: &str| packages.iter().any(|package| package.starts_with(name));
        assert!(lesson.starts_with("lesson-") && has("axum"), "{lesson}");
        assert_eq!(has("sqlx") || has("libsqlite3"), lesson == "lesson-sql", "{lesson}");
        assert!(!has("sqlx-postgres"), "{lesson}");
    }
}

#[test]
fn sq_06_migrations_keep_their_line_ends() {
    rust_only!("looks at the lesson's files");
    // With other line ends a file would have another checksum, and count as changed.
    let attributes = workspace::root().join(".gitattributes");
    let attributes = std::fs::read_to_string(attributes).expect(".gitattributes");
    assert!(attributes.lines().any(|line| line == "*.sql text eol=lf"), "{attributes}");
    for folder in ["migrations/sqlite", "migrations/postgres"] {
        let files = workspace::lesson("sql").join(folder).read_dir().expect("a folder");
        for file in files {
            let text = std::fs::read_to_string(file.expect("a file").path()).expect("SQL");
            assert!(!text.contains('\r'), "{text}");
        }
    }
}
