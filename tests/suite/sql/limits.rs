//! The pool has an end, and says so.

use std::time::{Duration, Instant};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use futures_util::future::join_all;
use lesson_sql::database::{Settings, begin_write, open};
use lesson_tests::{Target, TestDatabase, expect, fastapi, own_server_only, rust, rust_only};
use tower::ServiceExt;

use super::{
    add_user, credentials, oneshot, oneshot_post, quiet, settings, start_with, state, with_writer,
};

/// Everything that an answer says.
type Whole = (u16, Option<String>, String);

#[tokio::test]
async fn sq_35_when_every_connection_is_in_use_the_answer_is_503() {
    own_server_only!("needs a pool of one");
    let expected = expect(
        rust((503, Some("1"), r#"{"detail":"The server is busy"}"#)),
        fastapi((500, None, "Internal Server Error")),
    );
    let (status, retry_after, body) = match Target::current() {
        Target::FastApi => busy_behind_an_export().await,
        _ => busy_behind_us(&[("GET", "/main/users/1", "")]).await.remove(0),
    };
    assert_eq!((status, retry_after.as_deref(), body.as_str()), expected);
}

/// FastAPI's export holds its connection until its client has the last row.
async fn busy_behind_an_export() -> Whole {
    let one = [("LESSON_POOL_SIZE", "1"), ("LESSON_POOL_TIMEOUT", "1")];
    let server = start_with(&[&one[..], &[("LESSON_TICK_MS", "200")]].concat()).await;
    for name in ["anna", "ben", "cid"] {
        add_user(&server, name).await;
    }
    quiet(&server).await;
    let mut export = server.get("/extra/export").await;
    export.next_piece().await.expect("a row");
    let answer = server.get("/main/users/1").await;
    assert_eq!(server.get("/ping").await.status, 200);
    let retry_after = answer.header("retry-after").map(str::to_owned);
    (answer.status, retry_after, answer.text().await)
}

/// The only connection is in our hands.
async fn busy_behind_us(requests: &[Sent]) -> Vec<Whole> {
    let database = TestDatabase::create();
    let timeout = Duration::from_millis(500);
    let settings = Settings { pool_size: 1, timeout, ..settings(database.url()) };
    let (pool, writer) = open(&settings).await.expect("a database");
    let app = lesson_sql::app(state(pool.clone(), writer.clone()));
    let held = pool.acquire().await.expect("a connection");
    let held_too = match cfg!(feature = "postgres") {
        true => None, // it is the same pool
        false => Some(begin_write(&writer).await.expect("a transaction")),
    };
    let started = Instant::now();
    let busy = join_all(requests.iter().map(|request| whole(app.clone(), *request))).await;
    assert!(started.elapsed() >= timeout);
    // What needs no database is not affected, and neither is anything when there is one again.
    assert_eq!(oneshot(app.clone(), "/ping").await, 200);
    drop((held, held_too));
    for request in requests {
        assert_ne!(whole(app.clone(), *request).await.0, 503);
    }
    busy
}

/// A method, a path, and a body: JSON or a form.
type Sent = (&'static str, &'static str, &'static str);

async fn whole(app: Router, (method, path, body): Sent) -> Whole {
    let request = Request::builder().method(method).uri(path);
    let content_type = match body.contains('=') {
        true => "application/x-www-form-urlencoded",
        false => "application/json",
    };
    let request = request.header("content-type", content_type).body(Body::from(body));
    let response = app.oneshot(request.expect("a request")).await;
    let (parts, body) = response.expect("an answer").into_parts();
    let header = parts.headers.get("retry-after").and_then(|value| value.to_str().ok());
    let body = to_bytes(body, usize::MAX).await.expect("a body");
    let body = String::from_utf8(body.to_vec()).expect("UTF-8");
    (parts.status.as_u16(), header.map(str::to_owned), body)
}

#[tokio::test]
async fn sq_35_every_route_that_needs_the_database_answers_503() {
    rust_only!("holds the only connection");
    let busy = (503, Some("1".to_owned()), r#"{"detail":"The server is busy"}"#.to_owned());
    let anna = r#"{"email":"anna","password":"pw"}"#;
    let requests = [
        ("GET", "/main/users/", ""),
        ("POST", "/main/users/", anna),
        ("POST", "/extra/users-unchecked/", anna),
        ("POST", "/extra/users-slow-check/", anna),
        ("POST", "/extra/users-half-done/", anna),
        ("POST", "/extra/login", "username=anna&password=pw"),
        ("POST", "/extra/users/1/items/", r#"{"title":"hat"}"#),
        ("PATCH", "/extra/users/1", "{}"),
        ("DELETE", "/extra/users/1", ""),
        ("GET", "/extra/items/", ""),
        ("GET", "/extra/items/1/owner", ""),
        ("GET", "/extra/users/1/stored", ""),
        ("GET", "/extra/tables", ""),
        ("GET", "/extra/same-session", ""),
        ("GET", "/extra/export", ""),
    ];
    for (request, answer) in requests.iter().zip(busy_behind_us(&requests).await) {
        assert_eq!(answer, busy, "{request:?}");
    }
}

#[tokio::test]
async fn sq_35_other_failures_stay_a_500() {
    rust_only!("takes a table away");
    with_writer(async |pool, writer| {
        for statement in ["DROP TABLE items", "DROP TABLE users"] {
            sqlx::query(statement).execute(&pool).await.expect("a table less");
        }
        let app = lesson_sql::app(state(pool, writer));
        assert_eq!(oneshot(app.clone(), "/main/users/").await, 500);
        // Neither is an email that somebody has, nor a user that does not exist.
        let user = credentials("anna@example.org");
        assert_eq!(oneshot_post(app.clone(), "/extra/users-unchecked/", &user).await, 500);
        let item = r#"{"title":"hat"}"#;
        assert_eq!(oneshot_post(app, "/extra/users/1/items/", item).await, 500);
    })
    .await;
}
