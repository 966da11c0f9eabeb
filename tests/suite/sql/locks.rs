//! Locks: who waits for whom, and for how long.

use futures_util::future::join_all;
use lesson_sql::crud;
use lesson_sql::database::{Connection, Writer, begin_write};
use lesson_sql::error::Error;
use lesson_tests::{TestServer, expect, fastapi, own_server_only, rust, rust_only};
use sqlx::Connection as _;

use super::{add_user, assert_answer, credentials, emails, post, quiet, start_with, with_writer};

/// Reads, and then writes what depends on it, in one transaction.
async fn check_and_insert(writer: Writer, number: usize) -> Result<(), Error> {
    let mut tx = begin_write(&writer).await?;
    let email = format!("user{number}@example.org");
    assert!(crud::get_user_by_email(&mut tx, &email).await?.is_none());
    crud::create_user(&mut tx, &email, "").await?;
    Ok(tx.commit().await?)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sq_32_writers_take_turns_and_none_is_refused() {
    rust_only!("writes without a server");
    with_writer(async |_, writer| {
        let writers = (0..50).map(|number| tokio::spawn(check_and_insert(writer.clone(), number)));
        for written in join_all(writers).await {
            written.expect("no panic").expect("a commit");
        }
    })
    .await;
}

#[tokio::test]
async fn sq_33_readers_dont_block_writers() {
    own_server_only!("needs an empty database");
    let server = start_with(&[("LESSON_TICK_MS", "50")]).await;
    for number in 0..12 {
        add_user(&server, &format!("user{number}")).await;
    }
    quiet(&server).await;
    let mut export = server.get("/extra/export").await;
    export.next_piece().await.expect("a row");
    // The reader needs ten more ticks.
    let written = post(&server, "/main/users/", &credentials("new@example.org")).await;
    assert_eq!(written.status, 200);
    let at_once = written.head_at < 5.0;
    assert_eq!(at_once, expect(rust(true), fastapi(false)), "{}", written.head_at);
    // FastAPI's reader sees the moment when it began. Ours begins again for each hundred rows.
    let seen = export.text().await.contains("new@");
    assert_eq!(seen, expect(rust(true), fastapi(false)));
    assert!(emails(&server).await.contains(&"new@example.org".to_owned()));
}

/// Somebody else, who holds a lock that a writer needs.
pub async fn other_writer(server: &TestServer) -> Connection {
    let connection = Connection::connect(server.database_url()).await;
    let mut connection = connection.expect("a connection");
    let statements: &[&'static str] = match cfg!(feature = "postgres") {
        true => &["BEGIN", "LOCK TABLE users IN SHARE MODE"],
        false => &["BEGIN IMMEDIATE"],
    };
    for statement in statements {
        sqlx::query(*statement).execute(&mut connection).await.expect("a lock");
    }
    connection
}

#[tokio::test]
async fn sq_34_a_failed_check_needs_no_lock() {
    rust_only!("holds a lock of the database");
    let server = start_with(&[]).await;
    let anna = add_user(&server, "anna").await;
    let _other = other_writer(&server).await;
    let answer = post(&server, "/main/users/", &credentials(&anna.email)).await;
    assert_answer(answer, 400, r#"{"detail":"Email already registered"}"#).await;
}

#[tokio::test]
async fn sq_34_a_writer_waits_for_another_one() {
    rust_only!("holds a lock of the database");
    let server = start_with(&[]).await;
    let other = other_writer(&server).await;
    let credentials = credentials("anna@example.org");
    let mut waiting = std::pin::pin!(post(&server, "/main/users/", &credentials));
    tokio::select! {
        _ = &mut waiting => panic!("it did not wait"),
        () = tokio::time::sleep(server.tick() * 20) => {}
    }
    // Readers do not wait.
    assert_eq!(server.get("/main/users/").await.status, 200);
    other.close().await.expect("an end");
    assert_eq!(waiting.await.status, 200);
}

#[tokio::test]
async fn sq_34_writers_that_wait_leave_the_connections_to_readers() {
    rust_only!("holds a lock of the database");
    if cfg!(feature = "postgres") {
        return; // where they wait for a row, each with a connection of the pool
    }
    let server = start_with(&[("LESSON_POOL_SIZE", "2")]).await;
    let other = other_writer(&server).await;
    let names: Vec<String> = (0..12).map(|number| format!("user{number}")).collect();
    let bodies: Vec<String> = names.iter().map(|name| credentials(name)).collect();
    let writers =
        join_all(bodies.iter().map(|body| post(&server, "/extra/users-unchecked/", body)));
    let mut writers = std::pin::pin!(writers);
    tokio::select! {
        _ = &mut writers => panic!("they did not wait"),
        () = tokio::time::sleep(server.tick() * 20) => {}
    }
    let answer = server.get("/main/users/999999999").await;
    assert_eq!(answer.status, 404);
    assert!(answer.head_at < 200.0, "{}", answer.head_at);
    other.close().await.expect("an end");
    assert!(writers.await.iter().all(|answer| answer.status == 200));
}

#[tokio::test]
async fn sq_34_a_writer_that_waits_too_long_is_told_to_come_back() {
    rust_only!("holds a lock of the database");
    let server = start_with(&[("LESSON_POOL_TIMEOUT", "20")]).await;
    let other = other_writer(&server).await;
    let answer = post(&server, "/main/users/", &credentials("anna@example.org")).await;
    assert_eq!((answer.status, answer.header("retry-after")), (503, Some("1")));
    // Two hundred milliseconds, and not the five seconds that sqlx has for a default.
    assert!((19.0..200.0).contains(&answer.head_at), "{}", answer.head_at);
    assert_eq!(answer.text().await, r#"{"detail":"The server is busy"}"#);
    other.close().await.expect("an end");
    let again = post(&server, "/main/users/", &credentials("anna@example.org")).await;
    assert_eq!(again.status, 200);
}
