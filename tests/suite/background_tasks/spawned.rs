//! Spawned tasks: what a bare spawn lacks, and the tracker.

use std::time::Duration;

use lesson_tests::{Binary, expect, fastapi, own_server_only, rust, rust_only};

use super::shutdown::{marks, start_program};
use super::{assert_json, start};

const SPAWNED: &str = r#""spawned""#;

const WELCOME_FAILED: &str = "welcome failed error=the mail server refuses";

#[tokio::test]
async fn bg_44_one_task_does_several_things_in_order_until_one_fails() {
    own_server_only!("reads the log of the real program");
    let program = start_program(10, &[]).await;
    assert_json(program.get("/spawned/welcome").await, SPAWNED).await;
    program.log_line(WELCOME_FAILED);
    let events = program.get("/_events").await.text().await;
    assert_eq!(events, r#"["mailbox made","mail server asked"]"#);
}

#[tokio::test]
async fn bg_44_the_log_names_the_request_of_a_task_that_failed() {
    rust_only!("reads the log of the real program");
    let program = start_program(10, &[]).await;
    assert_json(program.get("/spawned/welcome").await, SPAWNED).await;
    let line = program.log_line(WELCOME_FAILED);
    let end = format!("ERROR request{{method=GET path=/spawned/welcome}}: {WELCOME_FAILED}\n");
    assert!(line.ends_with(&end), "{line:?}");
}

#[tokio::test]
async fn bg_20_a_spawned_task_begins_before_the_response() {
    let server = start().await;
    assert_json(server.get("/spawned/at-once").await, SPAWNED).await;
    assert_eq!(server.events().await, ["spawned task runs", "handler done"]);
}

#[tokio::test]
async fn bg_20_a_spawned_task_runs_even_if_the_handler_refuses() {
    let server = start().await;
    let answer = server.get("/spawned/refused").await;
    assert_eq!((answer.status, answer.text().await.as_str()), (400, r#"{"detail":"refused"}"#));
    assert_eq!(server.events_with("spawned task runs").await, ["spawned task runs"]);
}

#[tokio::test]
async fn bg_21_the_error_of_a_spawned_task_vanishes() {
    own_server_only!("reads the log of the real program");
    let program = start_program(10, &[]).await;
    assert_json(program.get("/spawned/failing").await, SPAWNED).await;
    program.log_line("spawned task fails");
    // What is logged later comes after it: once more, and then the end.
    assert_json(program.get("/spawned/failing").await, SPAWNED).await;
    program.signal("INT");
    let log = program.wait().stderr;
    // asyncio tells when it collects the task.
    let told = expect(rust(false), fastapi(true));
    assert_eq!(log.contains("nobody learns of this"), told, "{log}");
}

#[tokio::test]
async fn bg_21_a_panic_is_printed_but_not_logged_and_the_server_lives() {
    own_server_only!("reads the log of the real program");
    let program = start_program(10, &[]).await;
    assert_json(program.get("/spawned/panicking").await, SPAWNED).await;
    assert_eq!(program.get("/ping").await.status, 200);
    program.signal("INT");
    let log = program.wait().stderr;
    assert!(log.contains("nobody handles this"), "{log}");
    // Rust's panic hook prints it; asyncio logs it.
    let printed = expect(rust("panicked at "), fastapi("Task exception was never retrieved"));
    assert!(log.contains(printed), "{log}");
    assert!(!log.contains("ERROR"), "{log}");
}

#[tokio::test]
async fn bg_22_the_shutdown_does_not_wait_for_an_untracked_task() {
    own_server_only!("signals the real program");
    let program = start_program(1500, &[]).await;
    assert_json(program.get("/spawned/lost").await, SPAWNED).await;
    program.log_line("spawned task begun");
    program.signal("INT");
    let ended = program.wait();
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert!(marks(&ended.stderr, &["spawned task done"]).is_empty(), "{}", ended.stderr);
    assert!(ended.after < Duration::from_secs(10), "after {:?}", ended.after);
}

#[tokio::test]
async fn bg_23_the_shutdown_waits_for_a_tracked_task() {
    own_server_only!("signals the real program");
    let program = start_program(100, &[]).await;
    assert_json(program.get("/spawned/tracked").await, SPAWNED).await;
    program.log_line("spawned task begun");
    program.signal("INT");
    let ended = program.wait();
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert_eq!(marks(&ended.stderr, &["spawned task done"]), ["spawned task done"]);
}

#[tokio::test]
async fn bg_23_a_tracked_task_is_cut_after_the_grace_period() {
    rust_only!("signals the real program");
    let program = start_program(2000, &[("LESSON_GRACE_MS", "200")]).await;
    for _ in 0..2 {
        assert_json(program.get("/spawned/tracked").await, SPAWNED).await;
        program.log_line("spawned task begun");
    }
    program.signal("INT");
    let ended = program.wait();
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert!(ended.after < Duration::from_secs(15), "after {:?}", ended.after);
    let left = "cut after the grace period connections=0 tasks=2";
    assert_eq!(marks(&ended.stderr, &["spawned task done", left]), [left]);
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
