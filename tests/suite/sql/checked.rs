//! Queries that are checked while they are compiled.

use std::fs;

use lesson_tests::{binary, rust_only, workspace};

#[test]
fn sq_40_checked_queries_need_no_database_to_compile() {
    rust_only!("runs the example");
    // Building it was the test: no `DATABASE_URL` leads to a database.
    let ended = binary::run_example_with("checked", &[], &[("DATABASE_URL", "sqlite://none.db")]);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert_eq!(ended.stdout, "user 1 is anna@example.org, active: true\n");
}

#[test]
fn sq_40_every_query_of_the_example_has_its_file() {
    rust_only!("reads the lesson's files");
    let example = workspace::lesson("sql").join("examples/checked.rs");
    let example = fs::read_to_string(example).expect("the example");
    let files = workspace::lesson("sql").join(".sqlx").read_dir().expect("the folder .sqlx");
    let mut count = 0;
    for file in files {
        let text = fs::read_to_string(file.expect("a file").path()).expect("a file");
        let data: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        let query = data["query"].as_str().expect("a query");
        assert!(example.contains(&format!("\"{query}\"")), "{query} is in no example");
        count += 1;
    }
    assert_eq!(count, example.matches("query!(").count() + example.matches("query_as!(").count());
}
