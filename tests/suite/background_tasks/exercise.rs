//! The exercise's solution.

use lesson_tests::{Binary, rust_only};

use super::assert_json;

#[tokio::test]
async fn bg_33_a_task_is_tried_again_until_it_works() {
    rust_only!("starts the exercise's own program");
    let server = Binary::start_example_with("retries", &["--tick-ms", "10"], &[]);
    for (refusals, last) in [(0, "attempt 1"), (2, "attempt 3")] {
        assert_json(server.get(&format!("/mail?refusals={refusals}")).await, "null").await;
        for attempt in 1..=refusals + 1 {
            let line = server.log_line("event: attempt ");
            assert!(line.trim_end().ends_with(&format!("attempt {attempt}")), "{line}");
            assert!(attempt <= refusals || line.trim_end().ends_with(last), "{line}");
        }
        server.log_line("event: sent");
    }
}

#[tokio::test]
async fn bg_33_the_last_attempt_is_the_last() {
    rust_only!("starts the exercise's own program");
    let server = Binary::start_example_with("retries", &["--tick-ms", "10"], &[]);
    assert_json(server.get("/mail?refusals=3").await, "null").await;
    server.log_line("failed after the response error=\"the mail server refuses\"");
    assert_eq!(
        server.get("/_events").await.text().await,
        r#"["attempt 1","attempt 2","attempt 3"]"#
    );
}
