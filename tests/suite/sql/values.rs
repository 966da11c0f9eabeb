//! Values that SQL, Rust, JSON and JavaScript see differently.

use lesson_tests::{TestDatabase, binary, rust_only};

fn example(name: &str) -> String {
    let database = TestDatabase::create();
    let ended = binary::run_example_with(name, &[], &[("DATABASE_URL", database.url())]);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    ended.stdout
}

#[test]
fn sq_46_a_list_of_ids_is_a_list_of_parameters() {
    rust_only!("runs the example");
    assert_eq!(example("in_list"), "two of three: [\"anna\", \"cid\"]\nnone: []\n");
}

#[test]
fn sq_47_lower_knows_only_ascii() {
    rust_only!("runs the example");
    let lower = "anna: Some(\"Anna\")\nANNA: Some(\"Anna\")\nünal: None\nin Rust: ünal\n";
    // What PostgreSQL knows depends on the locale of its server.
    if cfg!(feature = "postgres") {
        assert!(example("lower").starts_with("anna: Some(\"Anna\")\nANNA: Some(\"Anna\")\n"));
    } else {
        assert_eq!(example("lower"), lower);
    }
}

#[test]
fn sq_48_json_shows_large_ids_dates_and_amounts_as_text() {
    rust_only!("runs the example");
    assert_eq!(
        example("values"),
        "{\"id\":\"9007199254740993\",\"paid_at\":\"2026-03-29T00:30:00+00:00\",\"amount\":\"19.90\"}\n"
    );
}
