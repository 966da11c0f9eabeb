//! The web server of the durable queue: what it accepts, and what it answers when it can't.

use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use futures_util::future::join_all;
use lesson_background_tasks::durable::database;
use lesson_background_tasks::durable::queue::Queue;
use lesson_background_tasks::durable::web::{AppState, app};
use lesson_support::EventLog;
use lesson_tests::answer::Clock;
use lesson_tests::{Answer, Binary, rust_only};
use serde_json::json;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePool};
use tower::ServiceExt;

use super::durable::{Database, job_of, mail};

const EVE: (&str, &str) = ("x-user", "eve");
const MAILS: &str = "/durable/mails";

#[tokio::test]
async fn bg_24_an_order_is_stored_before_it_is_acknowledged() {
    rust_only!("kills the durable web server");
    let database = Database::new();
    let web = database.web();
    let mut jobs = Vec::new();
    for to in ["ann", "bob", "cid"] {
        jobs.push(web.order(mail(to)).await);
    }
    web.kill();
    let web = database.web();
    for id in &jobs {
        assert_eq!(web.job(id).await, json!({"id": id, "status": "Pending", "attempts": 0}));
    }
    assert_eq!(web.sent().await, Vec::<String>::new());
}

#[tokio::test]
async fn bg_24_every_commit_is_written_through_to_the_disk() {
    rust_only!("looks into the pool");
    let database = Database::new();
    let pool = database.open().await;
    // 2 is FULL; apalis's own `setup` would leave 0, OFF.
    assert_eq!(number(&pool, "PRAGMA synchronous").await, 2);
    let journal = sqlx::query_scalar::<_, String>("PRAGMA journal_mode").fetch_one(&pool).await;
    assert_eq!(journal.expect("a setting"), "wal");
}

#[tokio::test]
async fn bg_24_bad_orders_and_unknown_jobs_are_refused() {
    rust_only!("starts the durable web server");
    let database = Database::new();
    let web = database.web();
    let answer = web.post(json!({"to": 7}), &[EVE]).await;
    assert_eq!(answer.status, 422);
    for (id, status, detail) in
        [("unknown", 404, "Job not found"), ("%ff", 400, "Invalid UTF-8 in `id`")]
    {
        let answer = web.get(&format!("/durable/jobs/{id}"), "eve").await;
        assert_eq!(answer.status, status);
        assert_eq!(answer.text().await, format!(r#"{{"detail":"{detail}"}}"#));
    }
}

#[tokio::test]
async fn bg_24_a_job_is_shown_to_its_owner_only() {
    rust_only!("starts the durable web server");
    let database = Database::new();
    let web = database.web();
    let job = web.order(mail("ann")).await;
    let path = format!("/durable/jobs/{job}");
    let answer = web.get(&path, "mallory").await;
    assert_eq!(
        (answer.status, answer.text().await.as_str()),
        (404, r#"{"detail":"Job not found"}"#)
    );
    let missing = r#"{"detail":[{"type":"missing","loc":["header","x-user"],"msg":"Field required","input":null}]}"#;
    for answer in [web.0.get(&path).await, web.0.get(MAILS).await, web.post(mail("ann"), &[]).await]
    {
        assert_eq!((answer.status, answer.text().await.as_str()), (422, missing));
    }
}

#[tokio::test]
async fn bg_24_web_server_and_worker_may_start_at_the_same_moment() {
    rust_only!("opens a new database several times at once");
    let test = Database::new();
    let opened = join_all((0..8).map(|_| database::open(&test.url))).await;
    assert_eq!(opened.iter().filter(|pool| pool.is_ok()).count(), 8, "{opened:?}");
}

#[tokio::test]
async fn bg_27_the_same_key_is_the_same_job() {
    rust_only!("starts the durable web server");
    let database = Database::new();
    let web = database.web();
    let order = async |user, key| {
        job_of(web.post(mail("ann"), &[("x-user", user), ("idempotency-key", key)]).await).await
    };
    let first = order("eve", "order-7").await;
    assert_eq!(order("eve", "order-7").await, first, "the same");
    let another_key = order("eve", "order-8").await;
    let another_user = order("mallory", "order-7").await;
    let (without, again) = (web.order(mail("ann")).await, web.order(mail("ann")).await);
    let mut jobs = vec![first, another_key, another_user, without, again];
    jobs.sort();
    jobs.dedup();
    assert_eq!(jobs.len(), 5, "{jobs:?}");
    let pool = database.open().await;
    assert_eq!(number(&pool, "SELECT count(*) FROM Jobs").await, 5);
}

#[tokio::test]
async fn bg_27_a_key_used_for_another_mail_is_refused() {
    rust_only!("starts the durable web server");
    let database = Database::new();
    let web = database.web();
    let headers = [EVE, ("idempotency-key", "order-7")];
    let first = job_of(web.post(mail("ann"), &headers).await).await;
    for other in [mail("bob"), json!({"to": "ann", "text": "Bye"})] {
        let answer = web.post(other, &headers).await;
        assert_eq!((answer.status, answer.content_type()), (422, Some("application/json")));
        let detail = r#"{"detail":"Idempotency-Key was used for another mail"}"#;
        assert_eq!(answer.text().await, detail);
    }
    // The same mail, written in another way.
    let same = json!({"text": "Hello", "refusals": 0, "to": "ann"});
    assert_eq!(job_of(web.post(same, &headers).await).await, first);
    assert_eq!(number(&database.open().await, "SELECT count(*) FROM Jobs").await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn bg_27_the_same_key_at_the_same_moment_is_one_job() {
    rust_only!("orders without a server");
    let database = Database::new();
    let queue = Queue::new(database.open().await);
    let orders = (0..50).map(|_| {
        let queue = queue.clone();
        let mail = serde_json::from_value(mail("ann")).expect("a mail");
        tokio::spawn(async move { queue.order("eve", &mail, Some("order-7")).await })
    });
    let jobs = join_all(orders).await;
    let jobs = jobs.into_iter().map(|job| job.expect("no panic").expect("an order"));
    let mut jobs: Vec<_> = jobs.collect();
    jobs.dedup();
    assert_eq!(jobs.len(), 1, "{jobs:?}");
    assert_eq!(number(queue.pool(), "SELECT count(*) FROM Jobs").await, 1);
}

#[tokio::test]
async fn bg_27_a_malformed_key_is_refused() {
    rust_only!("starts the durable web server");
    let database = Database::new();
    let web = database.web();
    let (longest, too_long) = ("k".repeat(255), "k".repeat(256));
    job_of(web.post(mail("ann"), &[EVE, ("idempotency-key", &longest)]).await).await;
    for keys in [&[""][..], &["größer"], &[&too_long], &["one", "two"]] {
        let keys = keys.iter().map(|key| ("idempotency-key", *key));
        let answer = web.post(mail("ann"), &keys.chain([EVE]).collect::<Vec<_>>()).await;
        assert_eq!(answer.status, 400);
        let detail =
            r#"{"detail":"Idempotency-Key must be one header of 1 to 255 ASCII characters"}"#;
        assert_eq!(answer.text().await, detail);
    }
}

/// More than one page of SQLite.
fn large_mail(to: &str) -> serde_json::Value {
    json!({"to": to, "text": "x".repeat(30 * 1024)})
}

/// The jobs and the orders that another connection sees; each order has its job.
async fn stored(pool: &SqlitePool) -> Vec<String> {
    let ids = async |select| {
        sqlx::query_scalar::<_, String>(select).fetch_all(pool).await.expect("a list")
    };
    let jobs = ids("SELECT id FROM Jobs ORDER BY id").await;
    assert_eq!(ids("SELECT job FROM orders ORDER BY job").await, jobs);
    jobs
}

#[tokio::test]
async fn bg_40_a_full_disk_refuses_orders_until_there_is_room() {
    rust_only!("fills a database");
    let database = Database::new();
    let other = database.open().await;
    let room = number(&other, "PRAGMA page_count").await + 100;
    let options = database.options().pragma("max_page_count", room.to_string());
    let web = InProcess::open(options).await;
    let mut accepted = vec![job_of(web.post(large_mail("ann")).await).await];

    // Another program takes the rest of the room.
    let filler = "CREATE TABLE filler AS SELECT zeroblob(500000)";
    sqlx::query(filler).execute(&other).await.expect("a full disk");
    for number in 0..5 {
        let answer = web.post(large_mail("bob")).await;
        let answer = (answer.status, answer.text().await);
        assert_eq!(answer, (500, "Internal Server Error".to_owned()), "{number}");
    }
    // What needs no room is answered, and nobody holds the lock.
    assert_eq!(web.get(MAILS).await.status, 200);
    sqlx::query("DROP TABLE filler").execute(&other).await.expect("room");
    for _ in 0..3 {
        accepted.push(job_of(web.post(large_mail("cid")).await).await);
    }
    accepted.sort();
    assert_eq!(stored(&other).await, accepted);
}

#[cfg(unix)]
#[tokio::test]
async fn bg_40_orders_accepted_around_a_full_disk_survive_kill_9() {
    rust_only!("kills the durable web server");
    let database = Database::new();
    // This connection keeps SQLite's log, and has no limit.
    let other = database.open().await;
    let empty_the_log = async || number(&other, "PRAGMA wal_checkpoint(TRUNCATE)").await;
    assert_eq!(empty_the_log().await, 0, "busy");
    let web = database.web_with_file_limit(1024);

    let mut accepted = Vec::new();
    let refused = loop {
        let answer = web.post(large_mail("ann"), &[EVE]).await;
        if answer.status != 202 {
            break answer;
        }
        accepted.push(job_of(answer).await);
        assert!(accepted.len() < 100, "the disk is never full");
    };
    let refused = (refused.status, refused.text().await);
    assert_eq!(refused, (500, "Internal Server Error".to_owned()));
    web.0.log_line("disk I/O error");
    for _ in 0..5 {
        assert_eq!(web.post(large_mail("bob"), &[EVE]).await.status, 500);
    }
    assert_eq!(empty_the_log().await, 0, "somebody holds a lock");
    for _ in 0..3 {
        accepted.push(web.order(large_mail("cid")).await);
    }
    web.kill();
    accepted.sort();
    assert_eq!(stored(&other).await, accepted);
}

#[tokio::test]
async fn bg_41_a_busy_database_is_a_503_on_every_route() {
    rust_only!("locks the durable queue");
    let database = Database::new();
    let other = database.open().await;
    let web = InProcess::open(database.options()).await;
    let job = job_of(web.post(mail("ann")).await).await;
    let job = format!("/durable/jobs/{job}");

    let lock = other.begin_with("BEGIN IMMEDIATE").await.expect("a lock");
    assert_busy(web.post(mail("ann")).await).await;
    // Readers don't wait for a writer.
    assert_eq!(web.get(&job).await.status, 200);
    lock.rollback().await.expect("no lock");
    job_of(web.post(mail("ann")).await).await;

    let connections = join_all((0..10).map(|_| web.pool.acquire())).await;
    assert!(connections.iter().all(Result::is_ok), "{connections:?}");
    assert_busy(web.post(mail("ann")).await).await;
    assert_busy(web.get(MAILS).await).await;
    assert_busy(web.get(&job).await).await;
    drop(connections);
    assert_eq!(web.get(&job).await.status, 200);
}

async fn assert_busy(answer: Answer) {
    assert_eq!((answer.status, answer.header("retry-after")), (503, Some("1")));
    assert_eq!(answer.content_type(), Some("application/json"));
    assert_eq!(answer.text().await, r#"{"detail":"The database is busy"}"#);
}

#[tokio::test]
async fn bg_42_lists_and_orders_are_bounded() {
    rust_only!("fills the durable queue");
    let database = Database::new();
    let web = database.web();
    let pool = database.open().await;
    for insert in [
        "WITH RECURSIVE numbers(n) AS (SELECT 0 UNION SELECT n + 1 FROM numbers WHERE n < 100)
            INSERT INTO orders (owner, job, mail) SELECT 'eve', printf('j%03d', n), '' FROM numbers",
        "INSERT INTO sent (job, recipient, text) SELECT job, 'to ' || job, '' FROM orders",
    ] {
        sqlx::query(insert).execute(&pool).await.expect("101 mails");
    }
    let sent = web.sent().await;
    assert_eq!((sent.len(), sent.last().map(String::as_str)), (100, Some("to j100")));
    assert_eq!(web.get(MAILS, "mallory").await.text().await, "[]");

    let too_long = json!({"to": "ann", "text": "x".repeat(64 * 1024)});
    let answer = web.post(too_long, &[EVE]).await;
    let answer = (answer.status, answer.text().await);
    assert_eq!(answer, (413, r#"{"detail":"Payload Too Large"}"#.to_owned()));
}

#[tokio::test]
async fn bg_43_the_last_program_to_end_leaves_one_file() {
    rust_only!("looks at the files of the durable programs");
    let database = Database::new();
    let all_ends = |program: Binary| {
        assert_eq!(database.files(), ["jobs.db", "jobs.db-shm", "jobs.db-wal"]);
        program.signal("TERM");
        let ended = program.wait();
        assert_eq!(ended.code, Some(0), "{}", ended.stderr);
        assert_eq!(database.files(), ["jobs.db"]);
    };
    let web = database.web();
    web.order(mail("ann")).await;
    all_ends(web.0);
    let worker = database.worker(10);
    worker.log_line("event: ann: sent");
    all_ends(worker);
}

/// Long enough for a busy machine, and not long to wait for.
const PATIENCE: Duration = Duration::from_millis(300);

/// The web server's app without a socket, on a pool that the test can reach.
struct InProcess {
    app: Router,
    pool: SqlitePool,
}

impl InProcess {
    async fn open(options: SqliteConnectOptions) -> Self {
        let pool = database::open_with(options, PATIENCE).await.expect("a database");
        let (queue, events) = (Queue::new(pool.clone()), EventLog::default());
        let app = app(AppState { queue, events, read_timeout: Duration::from_secs(30) });
        Self { app, pool }
    }

    async fn get(&self, path: &str) -> Answer {
        self.ask(Request::get(path), Body::empty()).await
    }

    async fn post(&self, mail: serde_json::Value) -> Answer {
        let request = Request::post(MAILS).header("content-type", "application/json");
        self.ask(request, Body::from(mail.to_string())).await
    }

    async fn ask(&self, request: axum::http::request::Builder, body: Body) -> Answer {
        let request = request.header(EVE.0, EVE.1).body(body).expect("a request");
        let clock = Clock::start(Duration::from_secs(1));
        let response = self.app.clone().oneshot(request).await.expect("an answer");
        let (head, body) = response.into_parts();
        Answer::new(head.status.as_u16(), head.headers, body.into_data_stream(), clock)
    }
}

/// A setting of the database's connections, or a number of rows.
async fn number(pool: &SqlitePool, question: &'static str) -> i64 {
    sqlx::query_scalar(question).fetch_one(pool).await.expect("a number")
}
