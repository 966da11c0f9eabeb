//! The exercise: the learner's program, or our solution.
#![cfg(unix)] // they send signals

use std::time::{Duration, Instant};

use lesson_tests::answer::Clock;
use lesson_tests::{Binary, Target, rust_program_only};
use sqlx::sqlite::SqlitePool;
use tokio::time::{sleep, timeout};

use super::durable::{Database, events, kill};
use super::shutdown::marks;

/// A program with a database of its own.
struct Exercise {
    program: Binary,
    tick: Duration,
    _database: Database,
}

impl Exercise {
    fn start(tick_ms: u64) -> Self {
        let database = Database::new();
        let program = start(&database, tick_ms, &[]);
        Self { program, tick: Duration::from_millis(tick_ms), _database: database }
    }

    /// POST; asserts that it's accepted.
    async fn accepted(&self, path: &str) -> String {
        let answer = self.program.post(path, "").await;
        assert_eq!(answer.status, 202);
        answer.text().await
    }

    /// The same, and that the answer doesn't wait for the work, which takes ten ticks or more.
    async fn accepted_at_once(&self, path: &str) -> String {
        let clock = Clock::start(self.tick);
        let text = self.accepted(path).await;
        assert!(clock.ticks() < 9.0, "the answer took {:.0} ticks", clock.ticks());
        text
    }
}

fn start(database: &Database, tick_ms: u64, variables: &[(&str, &str)]) -> Binary {
    let tick_ms = tick_ms.to_string();
    let own = [("DATABASE_URL", &*database.url), ("LESSON_TICK_MS", &*tick_ms)];
    let variables = [&own, variables].concat();
    match Target::current() {
        Target::Program(_) => Binary::start("background-tasks", &[], &variables),
        _ => Binary::start_example_with("background_tasks_solution", &[], &variables),
    }
}

#[tokio::test]
async fn bg_01_the_answer_comes_before_the_mail_is_sent() {
    rust_program_only!("starts the exercise");
    let exercise = Exercise::start(100);
    let clock = Clock::start(exercise.tick);
    assert_eq!(exercise.accepted_at_once("/mails/ann").await, r#"{"message":"mailing ann"}"#);
    exercise.program.log_line("event: mail to ann sent");
    assert!(clock.ticks() > 9.5, "the mail was sent after {:.0} ticks", clock.ticks());
}

#[tokio::test]
async fn bg_10_a_report_that_blocks_holds_up_nobody() {
    rust_program_only!("starts the exercise");
    let exercise = Exercise::start(100);
    assert_eq!(exercise.accepted_at_once("/reports/ann").await, "");
    // By then the task runs.
    sleep(exercise.tick * 2).await;
    let clock = Clock::start(exercise.tick);
    assert_eq!(exercise.program.get("/ping").await.status, 200);
    assert!(clock.ticks() < 9.0, "a ping meanwhile took {:.0} ticks", clock.ticks());
    exercise.program.log_line("event: report for ann written");
}

#[tokio::test]
async fn bg_23_the_end_of_the_program_waits_for_its_tasks() {
    rust_program_only!("signals the exercise");
    let exercise = Exercise::start(50);
    exercise.accepted("/mails/ann").await;
    exercise.accepted("/reports/bob").await;
    exercise.program.signal("TERM");
    let ended = exercise.program.wait();
    let done = ["mail to ann sent", "report for bob written"];
    assert_eq!(marks(&ended.stderr, &done), done, "after SIGTERM the log says");
    let warnings = ended.stderr.lines().filter(|line| line.contains("WARN"));
    assert_eq!(warnings.collect::<Vec<_>>(), Vec::<&str>::new(), "the warnings, if all is done");
    assert_eq!(ended.code, Some(0), "the exit code");
}

#[tokio::test]
async fn bg_23_what_is_left_after_the_grace_period_is_counted() {
    rust_program_only!("signals the exercise");
    let database = Database::new();
    // A mail takes twenty seconds, and the grace period is over in a moment.
    let program = start(&database, 2000, &[("LESSON_GRACE_MS", "200")]);
    for name in ["ann", "bob"] {
        assert_eq!(program.post(&format!("/mails/{name}"), "").await.status, 202);
    }
    program.signal("TERM");
    let ended = program.wait();
    let left = "WARN cut after the grace period tasks=2";
    let log: Vec<_> = ended.stderr.lines().filter(|line| line.contains("tasks=2")).collect();
    let said = marks(&ended.stderr, &[left]);
    assert_eq!(said, [left], "after SIGTERM, and after the grace period, the log says {log:?}");
    assert_eq!(ended.code, Some(0), "the exit code");
}

#[tokio::test]
async fn bg_44_a_report_is_mailed_when_it_is_written() {
    rust_program_only!("starts the exercise");
    let exercise = Exercise::start(10);
    exercise.accepted("/reports/ann").await;
    exercise.program.log_line("event: mail to ann sent");
    assert_eq!(events(&exercise.program).await, ["report for ann written", "mail to ann sent"]);
}

#[tokio::test]
async fn bg_44_a_report_that_fails_is_not_mailed_but_logged() {
    rust_program_only!("starts the exercise");
    let exercise = Exercise::start(10);
    exercise.accepted("/reports/nobody").await;
    let line = exercise.program.log_line("no report was mailed");
    let logged = line.find("ERROR").map_or("", |at| &line[at..]);
    let error = "ERROR request{method=POST path=/reports/nobody}: \
                 no report was mailed error=no such user\n";
    assert_eq!(logged, error, "the line of the log, {line:?}");
    // A mail to nobody would have been sent before this one.
    exercise.accepted("/mails/ann").await;
    exercise.program.log_line("event: mail to ann sent");
    assert_eq!(events(&exercise.program).await, ["mail to ann sent"]);
}

#[tokio::test]
async fn bg_38_a_fifth_report_is_refused_until_a_place_is_free() {
    rust_program_only!("starts the exercise");
    let exercise = Exercise::start(50);
    for _ in 0..4 {
        exercise.accepted("/reports/nobody").await;
    }
    let refused = exercise.program.post("/reports/dan", "").await;
    assert_eq!(refused.status, 503);
    assert_eq!(refused.header("retry-after"), Some("5"), "the header Retry-After");
    // A report that fails gives its place back, too.
    let started = Instant::now();
    while exercise.program.post("/reports/eve", "").await.status != 202 {
        let patience = Target::current().patience(Duration::from_secs(20));
        assert!(started.elapsed() < patience, "no place is free again");
        sleep(exercise.tick).await;
    }
    exercise.program.log_line("event: report for eve written");
    let events = events(&exercise.program).await;
    let dan = events.iter().filter(|event| event.contains("dan"));
    assert_eq!(dan.collect::<Vec<_>>(), Vec::<&str>::new(), "what became of the refused report");
}

const MAILING: (&str, &str) = ("/mailings", r#"["ann","bob"]"#);

/// How many mails are stored.
async fn stored(pool: &SqlitePool) -> i64 {
    let count = sqlx::query_scalar("SELECT count(*) FROM outbox").fetch_one(pool).await;
    count.expect("a number")
}

#[tokio::test]
async fn bg_24_a_mailing_is_stored_before_it_is_accepted() {
    rust_program_only!("locks the exercise's database");
    let database = Database::new();
    let program = start(&database, 2000, &[]);
    let pool = SqlitePool::connect(&database.url).await.expect("a database");
    let lock = pool.begin_with("BEGIN IMMEDIATE").await.expect("a lock");
    let mut asked = Box::pin(program.post(MAILING.0, MAILING.1));
    if let Ok(answer) = timeout(Duration::from_millis(300), &mut asked).await {
        assert_eq!(answer.status, 202);
        panic!("it was accepted while nothing could be stored: the database was locked");
    }
    lock.rollback().await.expect("no lock");
    assert_eq!(asked.await.status, 202);
    assert_eq!(stored(&pool).await, 2, "the mails in the table, of two that aren't sent yet");
}

#[tokio::test]
async fn bg_24_a_mailing_is_stored_as_a_whole_or_not_at_all() {
    rust_program_only!("breaks the exercise's database");
    let database = Database::new();
    let program = start(&database, 10, &[]);
    let pool = SqlitePool::connect(&database.url).await.expect("a database");
    let trigger = "CREATE TRIGGER no_room BEFORE INSERT ON outbox WHEN new.recipient = 'bob'
        BEGIN SELECT RAISE(ABORT, 'no room for bob'); END";
    sqlx::query(trigger).execute(&pool).await.expect("a trigger");
    assert_eq!(program.post(MAILING.0, MAILING.1).await.status, 500);
    assert_eq!(stored(&pool).await, 0, "the mails in the table, after an error at the second");
    // A mail to ann would have been sent before this one.
    assert_eq!(program.post(MAILING.0, r#"["cid"]"#).await.status, 202);
    program.log_line("event: mail to cid sent");
    assert_eq!(events(&program).await, ["mail to cid sent"], "the first of them wasn't stored");
}

#[tokio::test]
async fn bg_25_mails_are_sent_even_if_the_process_is_killed() {
    rust_program_only!("kills the exercise");
    let database = Database::new();
    // A mail takes twenty seconds, so none is sent when the process dies.
    let program = start(&database, 2000, &[]);
    assert_eq!(program.post(MAILING.0, MAILING.1).await.status, 202);
    kill(program);

    let program = start(&database, 100, &[]);
    let pool = SqlitePool::connect(&database.url).await.expect("a database");
    assert_eq!(stored(&pool).await, 2, "the mails in the table when the new process is ready");
    let started = Instant::now();
    while stored(&pool).await > 0 {
        let patience = Target::current().patience(Duration::from_secs(20));
        assert!(started.elapsed() < patience, "after a new start, the mails stay in the table");
        sleep(Duration::from_millis(10)).await;
    }
    let mut sent = events(&program).await;
    sent.sort();
    assert_eq!(sent, ["mail to ann sent", "mail to bob sent"], "after a new start");
    // What is sent is sent once.
    assert_eq!(program.post(MAILING.0, r#"["cid"]"#).await.status, 202);
    program.log_line("event: mail to cid sent");
    assert_eq!(events(&program).await.len(), 3, "three mails were sent once");
}

#[tokio::test]
async fn bg_25_the_end_of_the_program_waits_for_mails_new_and_old() {
    rust_program_only!("kills the exercise");
    let database = Database::new();
    let program = start(&database, 2000, &[]);
    assert_eq!(program.post(MAILING.0, MAILING.1).await.status, 202);
    kill(program);

    let old = ["mail to ann sent", "mail to bob sent"];
    assert_eq!(log_of_the_end(start(&database, 50, &[]), &old), old, "after SIGTERM the log says");
    let program = start(&database, 50, &[]);
    assert_eq!(program.post(MAILING.0, r#"["cid"]"#).await.status, 202);
    let new = ["mail to cid sent"];
    assert_eq!(log_of_the_end(program, &new), new, "after SIGTERM the log says");
    let pool = SqlitePool::connect(&database.url).await.expect("a database");
    assert_eq!(stored(&pool).await, 0, "the mails in the table after that");
}

/// Which of these lines a program writes until it has ended, in alphabetical order.
fn log_of_the_end<'a>(program: Binary, lines: &[&'a str]) -> Vec<&'a str> {
    program.signal("TERM");
    let mut said = marks(&program.wait().stderr, lines);
    said.sort_unstable();
    said
}
