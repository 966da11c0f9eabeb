//! What a rude client, or a full disk, must not be able to do.

use std::time::Duration;

use lesson_sql::database::Connection;
#[cfg(not(feature = "postgres"))]
use lesson_sql::database::{Writer, begin_write};
use lesson_tests::rust_only;
#[cfg(not(feature = "postgres"))]
use sqlx::AssertSqlSafe;
use sqlx::Connection as _;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use super::{add_user, start};

#[tokio::test]
async fn sq_45_clients_that_stop_reading_hold_no_connection() {
    rust_only!("a session of FastAPI's holds one until the last byte");
    let server = start().await;
    let anna = add_user(&server, "anna").await;
    let mut database = Connection::connect(server.database_url()).await.expect("a connection");
    let insert = "WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers \
        WHERE n < 6000) INSERT INTO items (title, owner_id) SELECT $1, $2 FROM numbers";
    let insert = sqlx::query(insert).bind("x".repeat(2500)).bind(anna.id);
    insert.execute(&mut database).await.expect("items");
    let address = server.base_url().trim_start_matches("http://");
    let mut stalled = Vec::new();
    for _ in 0..10 {
        let mut client = TcpStream::connect(address).await.expect("a connection");
        let request = b"GET /main/users/ HTTP/1.1\r\nhost: x\r\n\r\n";
        client.write_all(request).await.expect("a request");
        stalled.push(client);
    }
    for client in &stalled {
        // The answer has begun, and its 15 MB do not fit into the buffers.
        client.readable().await.expect("an answer");
    }
    let path = format!("/extra/users/{}/stored", anna.id);
    let other = tokio::time::timeout(Duration::from_secs(1), server.get(&path)).await;
    assert_eq!(other.expect("an answer within a second").status, 200);
}

#[cfg(not(feature = "postgres"))]
#[tokio::test]
async fn sq_36_after_a_full_disk_everything_is_as_before() {
    use lesson_sql::database::open;
    use lesson_tests::TestDatabase;

    use super::{oneshot, oneshot_post, settings, state};

    rust_only!("makes the disk full");
    let database = TestDatabase::create();
    let (pool, writer) = open(&settings(database.url())).await.expect("a database");
    let app = lesson_sql::app(state(pool, writer.clone()));
    let user = super::credentials("anna@example.org");
    assert_eq!(oneshot_post(app.clone(), "/main/users/", &user).await, 200);

    let item = format!(r#"{{"title":"{}"}}"#, "x".repeat(30_000));
    let mut refused = 0;
    for _ in 0..5 {
        // The database has no room for another page, for as long as this connection lives.
        set_room(&writer, 1).await;
        refused +=
            u32::from(oneshot_post(app.clone(), "/extra/users/1/items/", &item).await == 500);
    }
    assert_eq!(refused, 5);
    set_room(&writer, 1_000_000).await;
    for _ in 0..5 {
        assert_eq!(oneshot_post(app.clone(), "/extra/users/1/items/", &item).await, 200);
        assert_eq!(oneshot(app.clone(), "/main/users/1").await, 200);
    }
    // Another connection sees all that was acknowledged, and nothing else.
    super::with_pool_of(database.url(), async |other| {
        let count: i64 =
            sqlx::query_scalar("SELECT COUNT(*) FROM items").fetch_one(&other).await.expect("rows");
        assert_eq!(count, 5);
    })
    .await;
}

/// Sets how many pages the database may have, on the one connection that writes.
#[cfg(not(feature = "postgres"))]
async fn set_room(writer: &Writer, pages: u32) {
    let mut tx = begin_write(writer).await.expect("a transaction");
    let pragma = AssertSqlSafe(format!("PRAGMA max_page_count = {pages}"));
    sqlx::query(pragma).execute(&mut *tx).await.expect("a limit");
    tx.commit().await.expect("a commit");
}

#[cfg(not(feature = "postgres"))]
#[tokio::test]
async fn sq_36_a_connection_is_not_used_again_if_sqlite_has_ended_its_transaction() {
    use lesson_sql::database::open;
    use lesson_tests::TestDatabase;

    use super::settings;

    rust_only!("makes the disk full");
    let database = TestDatabase::create();
    let (_, writer) = open(&settings(database.url())).await.expect("a database");
    for _ in 0..3 {
        let mut tx = begin_write(&writer).await.expect("a transaction");
        sqlx::query("PRAGMA max_page_count = 1").execute(&mut *tx).await.expect("a limit");
        // SQLite rolls back the whole transaction; with RETURNING it would only be the statement.
        let insert = "INSERT INTO users (email, hashed_password) VALUES ('anna', $1)";
        let hash = "x".repeat(30_000);
        let full = sqlx::query(insert).bind(hash).execute(&mut *tx).await.expect_err("no room");
        assert!(full.to_string().contains("database or disk is full"), "{full}");
        assert!(tx.rollback().await.is_err(), "there is nothing to roll back");
    }
}

#[cfg(feature = "postgres")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sq_29_a_client_that_leaves_during_begin_leaves_no_transaction_open() {
    use axum::body::Body;
    use axum::extract::Request;
    use lesson_sql::database::{Settings, open};
    use lesson_tests::TestDatabase;
    use tower::ServiceExt;

    use super::{oneshot_post, settings, state};

    rust_only!("drops handlers");
    let database = TestDatabase::create();
    let settings = Settings { pool_size: 2, ..settings(database.url()) };
    let (pool, writer) = open(&settings).await.expect("a database");
    let app = lesson_sql::app(state(pool, writer));
    let user = super::credentials("anna@example.org");
    assert_eq!(oneshot_post(app.clone(), "/main/users/", &user).await, 200);
    for number in 0..600 {
        let request = Request::get("/main/users/1").body(Body::empty()).expect("a request");
        let leaving = tokio::spawn(app.clone().oneshot(request));
        tokio::time::sleep(Duration::from_micros(number % 40 * 25)).await;
        leaving.abort();
        let written = oneshot_post(app.clone(), "/extra/users/1/items/", r#"{"title":"t"}"#).await;
        assert_eq!(written, 200, "{number}");
    }
}

#[cfg(not(feature = "postgres"))]
#[tokio::test]
async fn sq_06_a_migration_that_rebuilds_a_table_keeps_the_rows_that_refer_to_it() {
    use lesson_sql::database::open;
    use lesson_sql::sqlite;
    use lesson_tests::TestDatabase;

    rust_only!("has a migration of its own");
    let database = TestDatabase::create();
    let (pool, writer) = open(&super::settings(database.url())).await.expect("a database");
    let app = lesson_sql::app(super::state(pool.clone(), writer.clone()));
    let user = super::credentials("anna@example.org");
    assert_eq!(super::oneshot_post(app.clone(), "/main/users/", &user).await, 200);
    let item = r#"{"title":"hat"}"#;
    assert_eq!(super::oneshot_post(app, "/extra/users/1/items/", item).await, 200);

    let mut connection = Connection::connect(database.url()).await.expect("a connection");
    let rebuild = "CREATE TABLE anew AS SELECT * FROM users; DROP TABLE users; \
        CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT, hashed_password TEXT, \
        is_active BOOLEAN); INSERT INTO users SELECT * FROM anew; DROP TABLE anew";
    sqlite::run(&mut connection, &migrator(101, rebuild)).await.expect("a migration");
    let items: i64 =
        sqlx::query_scalar("SELECT COUNT(*) FROM items").fetch_one(&pool).await.expect("a count");
    assert_eq!(items, 1);

    let lossy = sqlite::run(&mut connection, &migrator(102, "DELETE FROM users")).await;
    let sentence = lossy.expect_err("an item of nobody").to_string();
    assert_eq!(sentence, "1 rows point to rows that are gone");
}

#[cfg(not(feature = "postgres"))]
fn migrator(version: i64, sql: &'static str) -> sqlx::migrate::Migrator {
    use sqlx::migrate::{Migration, MigrationType, Migrator};

    let sql = sqlx::SqlSafeStr::into_sql_str(sql);
    let migration = Migration::new(version, "a test".into(), MigrationType::Simple, sql, false);
    let mut migrator = Migrator::with_migrations(vec![migration]);
    migrator.set_ignore_missing(true);
    migrator
}

#[cfg(all(unix, not(feature = "postgres")))]
#[tokio::test]
async fn sq_36_what_was_acknowledged_around_a_full_disk_survives_kill_9() {
    use lesson_sql::database::open;
    use lesson_tests::{Binary, TestDatabase};

    rust_only!("kills the real program");
    let database = TestDatabase::create();
    // This connection keeps SQLite's log; there is no limit for it.
    let (other, _) = open(&super::settings(database.url())).await.expect("a database");
    let mut other = other.acquire().await.expect("a connection");
    let program = Binary::start_in_shell(
        "lesson-sql",
        "ulimit -f 1024; exec \"$0\"",
        &[("DATABASE_URL", database.url()), ("LESSON_WEAK_HASHES", "1")],
    );
    let post = async |path: &str, body: String| program.post(path, &body).await.status;
    assert_eq!(post("/main/users/", super::credentials("anna")).await, 200);
    let large = |number: usize| format!(r#"{{"title":"{number}-{}"}}"#, "x".repeat(30_000));

    let mut acknowledged = 0;
    while post("/extra/users/1/items/", large(acknowledged)).await == 200 {
        acknowledged += 1;
        assert!(acknowledged < 100, "the disk is never full");
    }
    for _ in 0..5 {
        assert_eq!(post("/extra/users/1/items/", large(acknowledged)).await, 500);
        assert_eq!(program.get("/main/users/1").await.status, 200);
    }
    // Now there is room again.
    let emptied: (i64, i64, i64) = sqlx::query_as("PRAGMA wal_checkpoint(TRUNCATE)")
        .fetch_one(&mut *other)
        .await
        .expect("an empty log");
    assert_eq!(emptied.0, 0, "somebody holds a lock");
    for _ in 0..3 {
        assert_eq!(post("/extra/users/1/items/", large(acknowledged)).await, 200);
        acknowledged += 1;
    }
    program.signal("KILL");
    assert_eq!(program.wait().code, None);
    let stored: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM items")
        .fetch_one(&mut *other)
        .await
        .expect("a count");
    assert_eq!(usize::try_from(stored), Ok(acknowledged));
}
