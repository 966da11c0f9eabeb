//! The durable queue: real programs that are killed, told to stop, and started again.

use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Wake, Waker};
use std::time::{Duration, Instant};

use lesson_background_tasks::durable::every::Every;
use lesson_background_tasks::durable::{database, mail_server};
use lesson_tests::server::{client, send};
use lesson_tests::{Answer, Binary, rust_only};
use serde_json::{Value, json};
use sqlx::sqlite::{SqliteConnectOptions, SqlitePool};
use tokio::net::TcpStream;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

/// A database of the test's own.
pub struct Database {
    pub url: String,
    folder: tempfile::TempDir,
}

impl Database {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let url = format!("sqlite:{}", folder.path().join("jobs.db").display());
        Self { url, folder }
    }

    pub fn web(&self) -> Web {
        Web(Binary::start_program("durable-web", &[], &[("DATABASE_URL", &self.url)]))
    }

    /// A web server whose files may not grow above so many blocks of 512 bytes.
    #[cfg(unix)]
    pub fn web_with_file_limit(&self, blocks: usize) -> Web {
        let line = format!("ulimit -f {blocks}; exec \"$0\"");
        Web(Binary::start_in_shell("durable-web", &line, &[("DATABASE_URL", &self.url)]))
    }

    /// A worker whose death is noticed after three seconds.
    pub fn worker(&self, tick_ms: u64) -> Binary {
        self.worker_with(tick_ms, &[])
    }

    fn worker_with(&self, tick_ms: u64, options: &[&str]) -> Binary {
        let tick_ms = tick_ms.to_string();
        let options = [&["--tick-ms", &tick_ms], options].concat();
        let variables = [("DATABASE_URL", self.url.as_str()), ("LESSON_HEARTBEAT_S", "1")];
        Binary::start_program("durable-worker", &options, &variables)
    }

    /// Connections of the test's own.
    pub async fn open(&self) -> SqlitePool {
        database::open(&self.url).await.expect("a database")
    }

    /// The options that open it, for a test that sets limits.
    pub fn options(&self) -> SqliteConnectOptions {
        SqliteConnectOptions::from_str(&self.url).expect("a URL")
    }

    /// The names of its files.
    pub fn files(&self) -> Vec<String> {
        let entries = self.folder.path().read_dir().expect("a folder");
        let name = |entry: std::io::Result<std::fs::DirEntry>| entry.expect("a file").file_name();
        let names = entries.map(|entry| name(entry).into_string().expect("UTF-8"));
        let mut names: Vec<_> = names.collect();
        names.sort();
        names
    }

    /// Makes the workers count as dead, as if they had sent no heartbeat for three seconds.
    async fn silence_workers(&self) {
        let silent = "UPDATE Workers SET last_seen = last_seen - 3";
        sqlx::query(silent).execute(&self.open().await).await.expect("an update");
    }

    /// Waits until no worker counts as dead: each has sent a heartbeat.
    async fn heartbeats(&self) {
        let pool = self.open().await;
        let dead = "SELECT count(*) FROM Workers WHERE strftime('%s', 'now') - last_seen >= 3";
        let started = Instant::now();
        while sqlx::query_scalar::<_, i64>(dead).fetch_one(&pool).await.expect("a number") > 0 {
            assert!(started.elapsed() < Duration::from_secs(20), "a worker is silent");
            sleep(Duration::from_millis(20)).await;
        }
    }
}

/// The user who orders, where it doesn't matter who.
const EVE: &str = "eve";

/// The web server.
pub struct Web(pub Binary);

impl Web {
    pub async fn post(&self, mail: Value, headers: &[(&'static str, &str)]) -> Answer {
        let url = format!("{}/durable/mails", self.0.base_url());
        let mut request =
            client().post(url).header("content-type", "application/json").body(mail.to_string());
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        send(request, Duration::from_secs(1)).await
    }

    pub async fn get(&self, path: &str, user: &str) -> Answer {
        let request = client().get(format!("{}{path}", self.0.base_url()));
        send(request.header("x-user", user), Duration::from_secs(1)).await
    }

    /// Orders a mail; returns the job's id.
    pub async fn order(&self, mail: Value) -> String {
        job_of(self.post(mail, &[("x-user", EVE)]).await).await
    }

    pub async fn job(&self, id: &str) -> Value {
        let answer = self.get(&format!("/durable/jobs/{id}"), EVE).await;
        assert_eq!(answer.status, 200);
        serde_json::from_str(&answer.text().await).expect("JSON")
    }

    /// Waits until a job has this status; returns the job.
    async fn job_with(&self, id: &str, status: &str) -> Value {
        let started = Instant::now();
        loop {
            let job = self.job(id).await;
            if job["status"] == status {
                return job;
            }
            assert!(started.elapsed() < Duration::from_secs(20), "not {status}: {job}");
            sleep(Duration::from_millis(20)).await;
        }
    }

    /// Who got a mail, in the order in which they were ordered.
    pub async fn sent(&self) -> Vec<String> {
        let text = self.get("/durable/mails", EVE).await.text().await;
        let mails: Vec<Value> = serde_json::from_str(&text).expect("a list");
        mails.iter().rev().map(|mail| mail["to"].as_str().expect("a name").to_owned()).collect()
    }

    pub fn kill(self) {
        kill(self.0);
    }
}

pub async fn job_of(answer: Answer) -> String {
    assert_eq!((answer.status, answer.content_type()), (202, Some("application/json")));
    let ordered: Value = serde_json::from_str(&answer.text().await).expect("JSON");
    assert_eq!(ordered.as_object().expect("an object").len(), 1);
    ordered["job"].as_str().expect("an id").to_owned()
}

/// `kill -9`.
pub fn kill(program: Binary) {
    program.signal("KILL");
    assert_eq!(program.wait().code, None);
}

pub fn mail(to: &str) -> Value {
    json!({"to": to, "text": "Hello"})
}

#[tokio::test]
async fn bg_25_every_job_is_done_even_if_both_programs_are_killed() {
    rust_only!("kills the durable programs");
    let database = Database::new();
    let web = database.web();
    let names = ["ann", "bob", "cid", "dan", "eve"];
    let mut jobs = Vec::new();
    for to in names {
        jobs.push(web.order(mail(to)).await);
    }
    web.kill();

    // A job takes six seconds here, so it is in hand when its worker dies.
    let worker = database.worker(2000);
    worker.log_line("event: ann: attempt 1");
    kill(worker);

    let web = database.web();
    // A worker first takes a job, and notes a moment later that it has begun.
    let in_hand = web.job(&jobs[0]).await;
    assert!(in_hand["status"] == "Queued" || in_hand["status"] == "Running", "{in_hand}");
    let worker = database.worker(10);
    // The dead worker's job is taken up when three heartbeats have been missed.
    worker.log_line("event: ann: attempt 2");
    worker.log_line("event: ann: sent");
    for id in &jobs {
        web.job_with(id, "Done").await;
    }
    let mut sent = web.sent().await;
    sent.sort();
    assert_eq!(sent, names);
    assert_eq!(web.job(&jobs[0]).await["attempts"], 2);
    assert_eq!(web.job(&jobs[1]).await["attempts"], 1);
}

#[tokio::test]
async fn bg_26_a_job_that_fails_is_tried_again_after_a_pause() {
    rust_only!("starts the durable programs");
    let database = Database::new();
    let (web, worker) = (database.web(), database.worker(50));
    let ordered = Instant::now();
    let id = web.order(json!({"to": "ann", "text": "Hello", "refusals": 2})).await;
    let job = web.job_with(&id, "Done").await;
    assert_eq!(job, json!({"id": id, "status": "Done", "attempts": 3}));
    // Three attempts of three ticks, pauses of one and two ticks, less the jitter.
    let ticks = ordered.elapsed().div_duration_f64(Duration::from_millis(50));
    assert!(ticks > 11.0, "done after {ticks} ticks");
    assert_eq!(
        events(&worker).await,
        ["ann: attempt 1", "ann: attempt 2", "ann: attempt 3", "ann: sent"]
    );
    for attempt in 1..=2 {
        let line = worker.log_line("WARN");
        let refused =
            format!("WARN send{{job={id} attempt={attempt}}}: error=the mail server refuses\n");
        assert!(line.ends_with(&refused), "{line}");
    }
}

#[tokio::test]
async fn bg_26_a_job_that_fails_every_time_is_given_up_and_kept() {
    rust_only!("starts the durable programs");
    let database = Database::new();
    let (web, worker) = (database.web(), database.worker(10));
    let id = web.order(json!({"to": "ann", "text": "Hello", "refusals": 99})).await;
    let other = web.order(mail("bob")).await;
    let job = web.job_with(&id, "Failed").await;
    assert_eq!(job, json!({"id": id, "status": "Failed", "attempts": 4}));
    // The next job is not held up for ever, and the one given up stays given up.
    web.job_with(&other, "Done").await;
    sleep(Duration::from_millis(200)).await;
    assert_eq!(web.job(&id).await["attempts"], 4);
    assert_eq!(events(&worker).await.iter().filter(|line| line.starts_with("ann")).count(), 4);
    assert_eq!(web.sent().await, ["bob"]);
}

#[tokio::test]
async fn bg_34_a_job_that_has_killed_its_workers_is_given_up() {
    rust_only!("writes into the durable queue");
    let database = Database::new();
    let web = database.web();
    let (poison, other) = (web.order(mail("ann")).await, web.order(mail("bob")).await);
    let pool = database.open().await;
    // What four dead workers leave behind.
    let attempts = "UPDATE Jobs SET attempts = 4 WHERE id = $1";
    sqlx::query(attempts).bind(&poison).execute(&pool).await.expect("an update");
    let worker = database.worker(10);
    web.job_with(&poison, "Killed").await;
    web.job_with(&other, "Done").await;
    assert_eq!(events(&worker).await, ["bob: attempt 1", "bob: sent"]);
}

#[tokio::test]
async fn bg_28_a_job_that_is_done_twice_has_its_effect_once() {
    rust_only!("does a job by hand");
    let database = Database::new();
    let pool = database.open().await;
    let mail = serde_json::from_value(mail("ann")).expect("a mail");
    let send = async |job| mail_server::send(&pool, job, &mail).await.expect("sent");
    assert!(send("job-1").await, "the first time it is sent");
    assert!(!send("job-1").await, "the second time it is not");
    assert!(send("job-2").await, "another job is another mail");
    let sent = sqlx::query_scalar::<_, i64>("SELECT count(*) FROM sent").fetch_one(&pool).await;
    assert_eq!(sent.expect("a number"), 2);
}

#[tokio::test]
async fn bg_29_a_worker_that_is_told_to_stop_finishes_the_job_in_hand() {
    rust_only!("signals the durable worker");
    let database = Database::new();
    let web = database.web();
    let (first, second) = (web.order(mail("ann")).await, web.order(mail("bob")).await);
    let worker = database.worker(200);
    worker.log_line("event: ann: attempt 1");
    worker.signal("INT");
    let ended = worker.wait();
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert!(ended.stderr.contains("event: ann: sent"), "{}", ended.stderr);
    assert!(!ended.stderr.contains("bob"), "{}", ended.stderr);
    assert_eq!(web.job(&first).await["status"], "Done");
    // The next worker has no dead one to wait for.
    let worker = database.worker(10);
    worker.log_line("event: bob: sent");
    web.job_with(&second, "Done").await;
}

#[tokio::test]
async fn bg_30_a_job_that_takes_longer_than_the_grace_period_is_left_to_another_worker() {
    rust_only!("signals the durable worker");
    let database = Database::new();
    let web = database.web();
    let id = web.order(mail("ann")).await;
    let worker = database.worker_with(2000, &["--grace-ms", "100"]);
    worker.log_line("event: ann: attempt 1");
    worker.signal("TERM");
    let ended = worker.wait();
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert!(ended.stderr.contains("left to another worker"), "{}", ended.stderr);
    // BG-25 shows that this takes three seconds.
    database.silence_workers().await;
    let worker = database.worker(10);
    worker.log_line("event: ann: sent");
    web.job_with(&id, "Done").await;
}

#[tokio::test]
async fn bg_30_a_worker_that_is_stopping_keeps_the_job_in_hand() {
    rust_only!("signals the durable worker");
    let database = Database::new();
    let web = database.web();
    let id = web.order(mail("ann")).await;
    // A job of three seconds: time for a heartbeat, and for another worker that looks for
    // the jobs of dead ones when it starts, and then every second.
    let stopping = database.worker_with(1000, &["--grace-ms", "20000"]);
    stopping.log_line("event: ann: attempt 1");
    stopping.signal("TERM");
    stopping.log_line("stopping; ");
    database.silence_workers().await;
    database.heartbeats().await;
    let _other = database.worker(100);
    let ended = stopping.wait();
    assert!(ended.stderr.contains("event: ann: sent"), "{}", ended.stderr);
    assert_eq!(web.job(&id).await, json!({"id": id, "status": "Done", "attempts": 1}));
}

#[tokio::test]
async fn bg_35_a_worker_whose_database_fails_ends_with_an_error() {
    rust_only!("breaks the durable queue");
    let database = Database::new();
    let worker = database.worker(10);
    let pool = database.open().await;
    sqlx::query("DROP TABLE Jobs").execute(&pool).await.expect("no table");
    let ended = worker.wait();
    assert_eq!(ended.code, Some(1), "{}", ended.stderr);
    let last = ended.stderr.lines().last().expect("a sentence");
    assert!(last.starts_with("Error: "), "{last}");
    assert!(last.contains("no such table: Jobs"), "{last}");
}

#[tokio::test]
async fn bg_35_a_worker_that_falls_silent_ends_with_an_error() {
    rust_only!("stops the durable worker for a while");
    let database = Database::new();
    let worker = database.worker(10);
    let address = worker.address();
    // Locked, so that it cannot send a heartbeat as soon as it goes on.
    let lock = database.open().await.begin_with("BEGIN IMMEDIATE").await.expect("a lock");
    worker.signal("STOP");
    sleep(Duration::from_millis(6500)).await;
    worker.signal("CONT");
    while TcpStream::connect(address).await.is_ok() {
        sleep(Duration::from_millis(20)).await;
    }
    lock.rollback().await.expect("no lock");
    let ended = worker.wait();
    assert_eq!(ended.code, Some(1), "{}", ended.stderr);
    // The pool's patience ran out as well, and may be noticed first.
    let silent = ["fallen silent", "pool timed out"];
    let last = ended.stderr.lines().last().expect("a sentence");
    assert!(last.starts_with("Error: "), "{last}");
    assert!(silent.iter().any(|reason| last.contains(reason)), "{}", ended.stderr);
}

#[tokio::test]
async fn bg_31_a_worker_that_is_alive_keeps_its_job_however_long_it_takes() {
    rust_only!("starts two durable workers");
    let database = Database::new();
    let web = database.web();
    let (long, other) = (web.order(mail("ann")).await, web.order(mail("bob")).await);
    // A job of three seconds: time for a heartbeat, and for another worker that looks for
    // the jobs of dead ones when it starts, and then every second.
    let slow = database.worker(1000);
    slow.log_line("event: ann: attempt 1");
    database.silence_workers().await;
    database.heartbeats().await;
    let idle = database.worker(100);
    slow.log_line("event: ann: sent");
    for id in [&long, &other] {
        assert_eq!(web.job_with(id, "Done").await["attempts"], 1);
    }
    assert_eq!(events(&idle).await, ["bob: attempt 1", "bob: sent"]);
}

#[tokio::test]
async fn bg_36_a_worker_goes_on_when_its_database_answers_again() {
    rust_only!("locks the durable queue");
    let database = Database::new();
    let (web, worker) = (database.web(), database.worker(10));
    let pool = database.open().await;
    // Long enough that looking for jobs and the heartbeat are due, and wait for the lock.
    let lock = pool.begin_with("BEGIN IMMEDIATE").await.expect("a lock");
    sleep(Duration::from_millis(2500)).await;
    lock.rollback().await.expect("no lock");
    let id = web.order(mail("ann")).await;
    worker.log_line("event: ann: sent");
    web.job_with(&id, "Done").await;
}

#[tokio::test(start_paused = true)]
async fn bg_36_a_worker_is_always_woken_to_look_for_jobs() {
    rust_only!("pauses the clock");
    let woken = Arc::new(Woken::default());
    let waker = Waker::from(Arc::clone(&woken));
    let stop = CancellationToken::new();
    let mut every = Every::new(Duration::from_secs(1), stop.clone());
    let mut due = || every.poll_due(&mut Context::from_waker(&waker)).is_ready();
    assert!(due(), "at the start");
    for _ in 0..3 {
        // Whether or not the time had come when it was asked, the next time wakes.
        for (pause_ms, is_due) in [(500, false), (500, true), (1500, true)] {
            let before = woken.0.load(Ordering::Relaxed);
            sleep(Duration::from_millis(pause_ms)).await;
            tokio::task::yield_now().await;
            assert_eq!(woken.0.load(Ordering::Relaxed) > before, is_due);
            assert_eq!(due(), is_due);
        }
    }
    stop.cancel();
    sleep(Duration::from_secs(1)).await;
    assert!(!due(), "after it was told to stop");
}

/// Counts how often it is woken.
#[derive(Default)]
struct Woken(AtomicUsize);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

#[tokio::test]
async fn bg_32_two_workers_share_the_jobs() {
    rust_only!("starts two durable workers");
    let database = Database::new();
    let web = database.web();
    let mut jobs = Vec::new();
    for number in 0..10 {
        jobs.push(web.order(mail(&format!("m{number}"))).await);
    }
    // A worker alone would take three seconds.
    let (one, two) = (database.worker(100), database.worker(100));
    for id in &jobs {
        assert_eq!(web.job_with(id, "Done").await["attempts"], 1);
    }
    let (one, two) = (events(&one).await, events(&two).await);
    assert!(!one.is_empty() && !two.is_empty(), "{one:?} {two:?}");
    assert_eq!(one.len() + two.len(), 2 * jobs.len());
}

/// The event log of a program.
pub async fn events(program: &Binary) -> Vec<String> {
    let text = program.get("/_events").await.text().await;
    serde_json::from_str(&text).expect("a list of lines")
}
