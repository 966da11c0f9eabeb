//! One transaction for what belongs together, and nothing of it without a commit.

use axum::Router;
use axum::extract::State;
use axum::routing::get;
use lesson_sql::crud;
use lesson_sql::database::{Pool, Writer, begin_read, begin_write};
use lesson_sql::error::Error;
use lesson_sql::schemas::Page;
use lesson_support::panic_response;
use lesson_tests::{expect, fastapi, own_server_only, rust, rust_only};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tower_http::catch_panic::CatchPanicLayer;

use super::{
    CLOSED, OPENED, assert_answer, credentials, email, emails, oneshot, post, quiet, start,
    start_with, with_pool, with_writer,
};

#[tokio::test]
async fn sq_03_a_connection_is_opened_when_it_is_needed_and_then_kept() {
    rust_only!("looks into the pool");
    with_pool(async |pool| {
        assert_eq!(pool.size(), 0);
        let tx = begin_read(&pool).await.expect("a transaction");
        assert_eq!((pool.size(), pool.num_idle()), (1, 0));
        drop(tx);
        // The connection goes back on a task of its own.
        while pool.num_idle() == 0 {
            tokio::task::yield_now().await;
        }
        assert_eq!(pool.size(), 1);
    })
    .await;
}

#[tokio::test]
async fn sq_15_what_one_function_wrote_the_next_one_sees() {
    let server = start().await;
    for _ in 0..3 {
        quiet(&server).await;
        let answer = server.get("/extra/same-session").await;
        assert_answer(answer, 200, r#"{"same_within_a_request":true}"#).await;
        assert!(!emails(&server).await.iter().any(|email| email.starts_with("nobody")));
    }
}

#[tokio::test]
async fn sq_15_only_sqlalchemys_session_is_opened_and_closed_for_each_request() {
    own_server_only!("reads all events");
    let server = start().await;
    for path in ["/extra/same-session", "/main/users/abc", "/main/users/999999999"] {
        quiet(&server).await;
        server.get(path).await.text().await;
        quiet(&server).await;
    }
    let (first, second) =
        tokio::join!(server.get("/main/users/999999999"), server.get("/main/users/999999999"));
    assert_eq!((first.status, second.status), (404, 404));
    let mut events = server.events().await;
    events.sort();
    assert_eq!(events, expect(rust(vec![]), fastapi(vec![CLOSED, CLOSED, OPENED, OPENED])));
}

#[tokio::test]
async fn sq_29_what_is_not_committed_is_rolled_back() {
    let server = start().await;
    let email = email("half");
    let answer = post(&server, "/extra/users-half-done/", &credentials(&email)).await;
    assert_answer(answer, 409, r#"{"detail":"changed my mind"}"#).await;
    assert!(!emails(&server).await.contains(&email));
    // And the connection is good for the next one.
    let answer = post(&server, "/main/users/", &credentials(&email)).await;
    assert_eq!(answer.status, 200);
}

#[tokio::test]
async fn sq_29_a_panic_rolls_back_and_so_does_a_forgotten_commit() {
    rust_only!("has handlers of its own");
    with_writer(async |pool, writer| {
        async fn bug(State(writer): State<Writer>) -> Result<(), Error> {
            let mut tx = begin_write(&writer).await?;
            crud::create_user(&mut tx, "half@example.org", "").await?;
            panic!("a bug");
        }
        async fn forgetful(State(writer): State<Writer>) -> Result<(), Error> {
            let mut tx = begin_write(&writer).await?;
            crud::create_user(&mut tx, "half@example.org", "").await?;
            Ok(())
        }
        let app = Router::new()
            .route("/bug", get(bug))
            .route("/forgetful", get(forgetful))
            .layer(CatchPanicLayer::custom(panic_response))
            .with_state::<()>(writer);
        for (path, status) in [("/bug", 500), ("/forgetful", 200)] {
            assert_eq!(oneshot(app.clone(), path).await, status);
            assert_eq!(count(&pool).await, 0);
        }
    })
    .await;
}

/// How many users a new transaction sees.
async fn count(pool: &Pool) -> usize {
    let mut db = begin_read(pool).await.expect("a transaction");
    crud::get_users(&mut db, first_page()).await.expect("a list").len()
}

fn first_page() -> Page {
    serde_json::from_str("{}").expect("a page")
}

#[tokio::test]
async fn sq_29_when_the_client_leaves_nothing_is_half_done() {
    own_server_only!("needs an empty database");
    let server = start_with(&[("LESSON_TICK_MS", "100")]).await;
    let address = server.base_url().trim_start_matches("http://");
    let mut client = TcpStream::connect(address).await.expect("a connection");
    let body = credentials("gone@example.org");
    let request = format!(
        "POST /extra/users-slow-check/ HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n\
         content-length: {}\r\n\r\n{body}",
        body.len()
    );
    client.write_all(request.as_bytes()).await.expect("a request");
    server.events_with("nobody has this email").await;
    drop(client);
    // Whoever begins later and needs as long is done later.
    let late = post(&server, "/extra/users-slow-check/", &credentials("late@example.org")).await;
    assert_eq!(late.status, 200);
    quiet(&server).await;
    let gone = emails(&server).await.contains(&"gone@example.org".to_owned());
    assert_eq!(gone, expect(rust(false), fastapi(true)));
}

#[tokio::test]
async fn sq_31_functions_use_a_transaction_one_after_the_other() {
    rust_only!("that two cannot use it at once is a doc test of one_transaction.rs");
    with_writer(async |pool, writer| {
        let mut tx = begin_write(&writer).await.expect("a transaction");
        let user = crud::create_user(&mut tx, "anna@example.org", "").await.expect("a user");
        assert!(crud::get_user(&mut tx, user.id).await.expect("an answer").is_some());
        assert_eq!(count(&pool).await, 0, "it is not committed");
        tx.rollback().await.expect("a rollback");
        assert_eq!(count(&pool).await, 0);
    })
    .await;
}

#[tokio::test]
async fn sq_43_a_transaction_that_reads_sees_one_moment() {
    rust_only!("uses two transactions at once");
    with_writer(async |pool, writer| {
        let mut reader = begin_read(&pool).await.expect("a transaction");
        let mut seen =
            async || crud::get_users(&mut reader, first_page()).await.expect("a list").len();
        assert_eq!(seen().await, 0);
        let mut writer = begin_write(&writer).await.expect("a transaction");
        crud::create_user(&mut writer, "anna@example.org", "").await.expect("a user");
        assert_eq!(seen().await, 0, "it is not committed");
        writer.commit().await.expect("a commit");
        assert_eq!(seen().await, 0, "it came later");
        assert_eq!(count(&pool).await, 1);
    })
    .await;
}

#[tokio::test]
async fn sq_29_after_a_failed_statement_postgresql_commits_nothing() {
    rust_only!("swallows an error");
    with_writer(async |pool, writer| {
        let mut tx = begin_write(&writer).await.expect("a transaction");
        crud::create_user(&mut tx, "anna@example.org", "").await.expect("a user");
        let refused = crud::create_user(&mut tx, "anna@example.org", "").await;
        assert!(matches!(refused, Err(Error::EmailTaken)));
        // A handler would return the error. If it goes on, it is told that all is well.
        tx.commit().await.expect("an answer");
        assert_eq!(count(&pool).await, if cfg!(feature = "postgres") { 0 } else { 1 });
    })
    .await;
}
