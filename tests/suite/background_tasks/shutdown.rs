//! How the process ends: told to stop, out of time, killed.

use std::time::Duration;

use lesson_tests::{Binary, own_server_only, program, rust_only};

use super::assert_json;

/// The lesson's program with ticks of this many milliseconds.
pub async fn start_program(tick_ms: u64, variables: &[(&str, &str)]) -> Binary {
    program::start("background-tasks", Duration::from_millis(tick_ms), variables).await
}

/// The lines of a log that end in one of these marks, cut down to the mark.
pub fn marks<'a>(log: &str, marks: &[&'a str]) -> Vec<&'a str> {
    let mark = |line: &str| marks.iter().copied().find(|mark| line.trim_end().ends_with(mark));
    log.lines().filter_map(mark).collect()
}

const STOPPING: [&str; 2] = ["a second Ctrl-C ends it now", "Shutting down"];

#[tokio::test]
async fn bg_15_the_shutdown_waits_for_the_tasks_that_run() {
    own_server_only!("signals the real program");
    let program = start_program(100, &[]).await;
    assert_json(program.get("/shared/held").await, r#""held""#).await;
    program.log_line("task begun");
    program.signal("INT");
    let ended = program.wait();
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let order = marks(&ended.stderr, &["task done", "next task", "dependency closed"]);
    assert_eq!(order, ["task done", "next task", "dependency closed"]);
    let log: Vec<&str> = ended.stderr.lines().collect();
    let at = |text: &str| log.iter().position(|line| line.contains(text));
    let told = STOPPING.iter().find_map(|words| at(words)).expect("told to stop");
    let says = ["tasks=1", "Waiting for background tasks"];
    let waiting = says.iter().find_map(|words| at(words)).expect("says that it waits");
    assert!(told <= waiting && Some(waiting) < at("task done"), "{}", ended.stderr);
}

#[tokio::test]
async fn bg_15_the_shutdown_waits_for_threads_too() {
    own_server_only!("signals the real program");
    let program = start_program(50, &[]).await;
    assert_json(program.get("/sync/").await, "null").await;
    program.signal("TERM");
    let ended = program.wait();
    assert_eq!(marks(&ended.stderr, &["Hello World!"]), ["Hello World!"]);
}

#[tokio::test]
async fn bg_15_without_tasks_the_shutdown_ends_at_once() {
    rust_only!("signals the real program");
    let program = start_program(10, &[]).await;
    assert_json(program.get("/several/failing").await, r#""queued""#).await;
    program.log_line("task failed");
    program.signal("INT");
    let ended = program.wait();
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert!(ended.stderr.contains("tasks=0"), "{}", ended.stderr);
    assert!(ended.after < Duration::from_secs(5), "after {:?}", ended.after);
}

#[tokio::test]
async fn bg_15_after_the_grace_period_tasks_are_cut_and_counted() {
    rust_only!("signals the real program");
    // The task takes twenty seconds, the grace period a moment.
    let program = start_program(2000, &[("LESSON_GRACE_MS", "100")]).await;
    assert_json(program.get("/shared/held").await, r#""held""#).await;
    program.log_line("task begun");
    program.signal("INT");
    let ended = program.wait();
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert!(ended.after < Duration::from_secs(15), "after {:?}", ended.after);
    let cut = "cut after the grace period connections=0 tasks=1";
    assert_eq!(marks(&ended.stderr, &[cut]), [cut]);
    let order = ["background tasks that never started dropped=1", "event: dependency closed"];
    let never = ["task done", "next task"];
    assert_eq!(marks(&ended.stderr, &[&order[..], &never].concat()), order);
}

#[tokio::test]
async fn bg_07_the_list_dies_with_its_process() {
    own_server_only!("kills the real program");
    let program = start_program(100, &[]).await;
    assert_json(program.get("/shared/held").await, r#""held""#).await;
    program.log_line("task begun");
    program.signal("KILL");
    let ended = program.wait();
    assert_eq!(ended.code, None);
    assert!(marks(&ended.stderr, &["task done", "next task"]).is_empty(), "{}", ended.stderr);
    // A new process knows nothing of it, and has nothing to do.
    let program = start_program(10, &[]).await;
    assert_eq!(program.get("/_events").await.text().await, "[]");
    program.signal("INT");
    let ended = program.wait();
    assert!(marks(&ended.stderr, &["task done", "next task"]).is_empty(), "{}", ended.stderr);
}
