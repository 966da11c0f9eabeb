//! A paused clock and a database pool.

use std::time::{Duration, Instant as RealInstant};

use lesson_tests::rust_only;
use sqlx::SqlitePool;
use sqlx::sqlite::SqlitePoolOptions;
use tokio::time::{self, Instant, sleep};

async fn open() -> Result<SqlitePool, sqlx::Error> {
    SqlitePoolOptions::new().max_connections(1).connect("sqlite::memory:").await
}

async fn query(pool: &SqlitePool) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar("SELECT 7").fetch_one(pool).await
}

#[tokio::test]
async fn te_50_under_a_paused_clock_a_pool_times_out_at_once() {
    rust_only!("asks a database of its own");
    time::pause();
    let (started, really_started) = (Instant::now(), RealInstant::now());
    // A thread opens the database, and the clock doesn't wait for threads. Sometimes the thread
    // is quicker.
    let mut error = None;
    while error.is_none() && really_started.elapsed() < Duration::from_secs(10) {
        error = open().await.err();
    }
    assert!(matches!(error, Some(sqlx::Error::PoolTimedOut)), "{error:?}");
    let limit = SqlitePoolOptions::new().get_acquire_timeout();
    assert!(started.elapsed() >= limit, "{:?}", started.elapsed());
    assert!(really_started.elapsed() < limit, "{:?}", really_started.elapsed());
}

#[tokio::test]
async fn te_50_a_pool_answers_while_the_clock_runs() {
    rust_only!("asks a database of its own");
    // ANCHOR: resume
    let pool = open().await.expect("a database");
    time::pause();
    let started = Instant::now();
    sleep(Duration::from_secs(3600)).await;
    time::resume();
    for _ in 0..100 {
        assert_eq!(query(&pool).await.expect("seven"), 7);
    }
    assert!(started.elapsed() >= Duration::from_secs(3600));
    // ANCHOR_END: resume
}
