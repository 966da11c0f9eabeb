//! The claims of the sql lesson.

mod checked;
mod durability;
mod export;
mod faults;
mod inside;
mod items;
mod limits;
mod locks;
mod login;
mod package;
mod passwords;
mod queries;
mod race;
mod start_up;
mod tables;
mod transactions;
mod users;
mod values;

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use lesson_sql::AppState;
use lesson_sql::database::{Connection, Pool, Settings, Writer, close, open};
use lesson_sql::passwords::Hasher;
use lesson_support::{EventLog, Tick};
use lesson_tests::{Answer, Target, TestDatabase, TestServer};
use reqwest::Method;
use serde_json::Value;
use sqlx::Connection as _;

/// Half a minute of ticks to wait for a connection, and hashes that cost nothing.
const PATIENT: [(&str, &str); 2] = [("LESSON_POOL_TIMEOUT", "3000"), ("LESSON_WEAK_HASHES", "1")];

const OPENED: &str = "session opened";
const CLOSED: &str = "session closed";

async fn start() -> TestServer {
    start_with(&[]).await
}

async fn start_with(variables: &[(&str, &str)]) -> TestServer {
    TestServer::start_with("sql", &[&PATIENT, variables].concat()).await
}

/// A request with a JSON body.
async fn send(server: &TestServer, method: Method, path: &str, body: &str) -> Answer {
    let request = server.request(method, path).header("content-type", "application/json");
    server.send(request.body(body.to_owned())).await
}

async fn post(server: &TestServer, path: &str, body: &str) -> Answer {
    send(server, Method::POST, path, body).await
}

async fn assert_answer(answer: Answer, status: u16, body: &str) {
    let content_type = answer.content_type().map(str::to_owned);
    assert_eq!((answer.status, answer.text().await.as_str()), (status, body));
    assert_eq!(content_type.as_deref(), Some("application/json"), "the content type");
}

async fn assert_detail(answer: Answer, problems: &str) {
    assert_answer(answer, 422, &format!(r#"{{"detail":[{problems}]}}"#)).await;
}

/// FastAPI's answer to an exception that nobody caught.
async fn assert_500(answer: Answer) {
    assert_eq!(answer.content_type(), Some("text/plain; charset=utf-8"));
    assert_eq!((answer.status, answer.text().await.as_str()), (500, "Internal Server Error"));
}

/// A user that was created for a test.
struct User {
    id: i64,
    email: String,
}

impl User {
    /// The user as the routes show it.
    fn json(&self, items: &str) -> String {
        let Self { id, email } = self;
        format!(r#"{{"email":"{email}","id":{id},"is_active":true,"items":[{items}]}}"#)
    }
}

/// What creates a user.
fn credentials(email: &str) -> String {
    format!(r#"{{"email":"{email}","password":"pw"}}"#)
}

/// An email that nobody has yet: a learner's own server keeps what an earlier run created.
fn email(name: &str) -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    match Target::current() {
        Target::Url(_) => {
            let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("a time after 1970");
            let count = COUNT.fetch_add(1, Ordering::Relaxed);
            format!("{name}-{}-{count}@example.org", now.as_nanos())
        }
        _ => format!("{name}@example.org"),
    }
}

async fn add_user(server: &TestServer, name: &str) -> User {
    let email = email(name);
    let answer = post(server, "/main/users/", &credentials(&email)).await;
    assert_eq!(answer.status, 200);
    User { id: id_in(answer).await, email }
}

async fn add_item(server: &TestServer, user: &User, title: &str) -> i64 {
    let path = format!("/extra/users/{}/items/", user.id);
    let answer = post(server, &path, &format!(r#"{{"title":"{title}"}}"#)).await;
    assert_eq!(answer.status, 200);
    id_in(answer).await
}

async fn json(answer: Answer) -> Value {
    serde_json::from_str(&answer.text().await).expect("JSON")
}

async fn id_in(answer: Answer) -> i64 {
    json(answer).await["id"].as_i64().expect("an id")
}

/// A connection of the test's own to the database of a server, for rows that no route has made.
async fn connect(url: &str) -> Connection {
    Connection::connect(url).await.expect("a connection")
}

/// Three users, the second of whom has no items, and is active no longer.
async fn insert_three_users(server: &TestServer) -> [String; 3] {
    let mut db = connect(server.database_url()).await;
    for insert in [
        "INSERT INTO users (email, hashed_password, is_active) VALUES \
         ('anna@example.org', '', TRUE), ('ben@example.org', '', FALSE), ('cid@example.org', '', TRUE)",
        // Not in the order of the users.
        "INSERT INTO items (title, description, owner_id) VALUES \
         ('t1', NULL, 3), ('t2', 'd2', 1), ('t3', NULL, 3)",
    ] {
        sqlx::query(insert).execute(&mut db).await.expect("rows");
    }
    [
        r#"{"email":"anna@example.org","id":1,"is_active":true,"items":[{"title":"t2","description":"d2","id":2,"owner_id":1}]}"#,
        r#"{"email":"ben@example.org","id":2,"is_active":false,"items":[]}"#,
        r#"{"email":"cid@example.org","id":3,"is_active":true,"items":[{"title":"t1","description":null,"id":1,"owner_id":3},{"title":"t3","description":null,"id":3,"owner_id":3}]}"#,
    ]
    .map(str::to_owned)
}

/// The emails of all users, in the order of the list.
async fn emails(server: &TestServer) -> Vec<String> {
    let users = json(server.get("/main/users/?limit=-1").await).await;
    let users = users.as_array().expect("a list").iter();
    users.map(|user| user["email"].as_str().expect("an email").to_owned()).collect()
}

/// Waits until every session of FastAPI's is closed, and forgets the events so far.
async fn quiet(server: &TestServer) {
    for _ in 0..10_000 {
        let events = server.events().await;
        let count = |line: &str| events.iter().filter(|event| *event == line).count();
        if count(OPENED) == count(CLOSED) {
            server.delete("/_events").await;
            return;
        }
        tokio::time::sleep(server.tick() / 4).await;
    }
    panic!("a session stays open");
}

/// A pool over a new database with its tables, for tests without a server.
async fn with_pool(body: impl AsyncFnOnce(Pool)) {
    with_pool_of(TestDatabase::create().url(), body).await;
}

/// The same over a database that a server uses, too.
async fn with_pool_of(url: &str, body: impl AsyncFnOnce(Pool)) {
    let (pool, writer) = open(&settings(url)).await.expect("a database");
    body(pool.clone()).await;
    close(pool, writer).await;
}

/// The same with what writes.
async fn with_writer(body: impl AsyncFnOnce(Pool, Writer)) {
    let database = TestDatabase::create();
    let (pool, writer) = open(&settings(database.url())).await.expect("a database");
    body(pool.clone(), writer.clone()).await;
    close(pool, writer).await;
}

/// Ten connections, and half a minute to wait for one.
fn settings(url: &str) -> Settings {
    Settings { url: url.to_owned().into(), pool_size: 10, timeout: Duration::from_secs(30) }
}

/// The lesson's state without a server.
fn state(pool: Pool, writer: Writer) -> AppState {
    AppState {
        pool,
        writer,
        hasher: weak_hasher(),
        tick: Tick::from_ms(1),
        events: EventLog::default(),
        read_timeout: Duration::from_secs(30),
    }
}

/// Hashes that cost nothing.
fn weak_hasher() -> Hasher {
    Hasher::with_memory(8, Duration::from_secs(30)).expect("a hasher")
}

/// GET to a router without a server: the status.
async fn oneshot(app: Router, path: &str) -> u16 {
    status(app, Request::get(path).body(Body::empty())).await
}

/// POST of JSON to a router without a server: the status.
async fn oneshot_post(app: Router, path: &str, json: &str) -> u16 {
    let request = Request::post(path).header("content-type", "application/json");
    status(app, request.body(Body::from(json.to_owned()))).await
}

async fn status(app: Router, request: axum::http::Result<Request>) -> u16 {
    use tower::ServiceExt;

    let response = app.oneshot(request.expect("a request")).await.expect("an answer");
    response.status().as_u16()
}
