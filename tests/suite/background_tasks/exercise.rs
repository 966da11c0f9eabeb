//! The examples: the exercise's solution, and a program in plain axum.

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
async fn bg_33_after_the_last_attempt_the_task_fails() {
    rust_only!("starts the exercise's own program");
    let server = Binary::start_example_with("retries", &["--tick-ms", "10"], &[]);
    assert_json(server.get("/mail?refusals=3").await, "null").await;
    server.log_line("no mail was sent error=the mail server refuses");
    assert_eq!(
        server.get("/_events").await.text().await,
        r#"["attempt 1","attempt 2","attempt 3"]"#
    );
}

#[cfg(unix)]
#[tokio::test]
async fn bg_23_a_program_in_plain_axum_waits_for_its_tasks() {
    rust_only!("starts an example");
    let program = Binary::start_example("notify");
    assert_eq!(program.post("/notify/ann@example.org", "").await.status, 202);
    program.signal("TERM");
    let ended = program.wait();
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), "mail to ann@example.org sent\n"));
}
