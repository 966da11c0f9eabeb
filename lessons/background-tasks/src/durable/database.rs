//! The database: how it's opened and closed, and which connections go back into the pool.

use std::env;
use std::str::FromStr;
use std::time::Duration;

use apalis_sqlite::SqliteStorage;
use lesson_support::Result;
use sqlx::Connection;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePool, SqlitePoolOptions,
    SqliteSynchronous,
};
use tokio::time::{sleep, timeout};

use super::error::is_busy;
use super::{mail_server, queue};

/// How long a request waits for a connection, and then for SQLite's write lock.
const PATIENCE: Duration = Duration::from_secs(5);

/// How long the end of the process waits for a connection that is still in use.
const LAST_WAIT: Duration = Duration::from_secs(5);

/// Opens the database that `DATABASE_URL` names, and makes its tables.
///
/// # Errors
///
/// If the URL is wrong, or the database cannot be opened.
pub async fn open_from_env() -> Result<SqlitePool> {
    let url = env::var("DATABASE_URL").unwrap_or_else(|_| "sqlite:lesson-jobs.db".to_owned());
    // Not the URL itself: another database's may hold a password.
    open(&url).await.map_err(|e| format!("the database of DATABASE_URL: {e}").into())
}

/// Opens the database of a URL.
///
/// # Errors
///
/// If the URL is wrong, or the database cannot be opened.
pub async fn open(url: &str) -> Result<SqlitePool, sqlx::Error> {
    open_with(SqliteConnectOptions::from_str(url)?, PATIENCE).await
}

// ANCHOR: open-with
/// Opens a database with options that a URL can't express.
///
/// # Errors
///
/// If the database cannot be opened.
pub async fn open_with(
    options: SqliteConnectOptions,
    patience: Duration,
) -> Result<SqlitePool, sqlx::Error> {
    let options = options
        .create_if_missing(true)
        // Readers don't wait for the writer.
        .journal_mode(SqliteJournalMode::Wal)
        // A commit is on the disk before it's acknowledged.
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(patience);
    let pool = SqlitePoolOptions::new()
        .acquire_timeout(patience)
        .after_release(|connection, _| Box::pin(is_reusable(connection)));
    let pool = connect(pool, options).await?;
    // Web server and worker may start at the same moment: one migrates, and the other waits.
    let mut transaction = pool.begin_with("BEGIN IMMEDIATE").await?;
    SqliteStorage::migrations().run(&mut *transaction).await?;
    queue::create_table(&mut transaction).await?;
    mail_server::create_table(&mut transaction).await?;
    transaction.commit().await?;
    Ok(pool)
}
// ANCHOR_END: open-with

// ANCHOR: reusable
/// Whether a connection may go back into the pool. One that's inside a transaction is closed
/// instead, which rolls it back.
///
/// When the disk is full, SQLite rolls back by itself. Then sqlx 0.9's own ROLLBACK fails, and
/// sqlx goes on counting the transaction as open. The next BEGIN on this connection would be a
/// SAVEPOINT, and its COMMIT would commit nothing.
async fn is_reusable(connection: &mut SqliteConnection) -> Result<bool, sqlx::Error> {
    // A transaction that was dropped has asked for a ROLLBACK without waiting for it.
    connection.ping().await?;
    Ok(!connection.is_in_transaction())
}
// ANCHOR_END: reusable

/// Closes the pool. It waits for connections in use, but not forever.
///
/// SQLite's last connection tidies up the files.
pub async fn close(pool: SqlitePool) {
    let options = pool.connect_options();
    let closing = async {
        pool.close().await;
        // Of two that close at once, SQLite may take neither for the last.
        SqliteConnection::connect_with(&options).await?.close().await
    };
    match timeout(LAST_WAIT, closing).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::warn!(%error, "the database's files are not tidied up"),
        Err(_) => tracing::warn!("a connection is still in use and is left behind"),
    }
}

/// Only one program at a time can give a new database its write-ahead log, and SQLite doesn't
/// let the other one wait.
async fn connect(
    pool: SqlitePoolOptions,
    options: SqliteConnectOptions,
) -> Result<SqlitePool, sqlx::Error> {
    for _ in 1..10 {
        match pool.clone().connect_with(options.clone()).await {
            Err(error) if is_busy(&error) => sleep(Duration::from_millis(50)).await,
            pool_or_error => return pool_or_error,
        }
    }
    pool.connect_with(options).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_database_that_another_program_prepares_is_waited_for() -> Result<()> {
        let folder = tempfile::tempdir()?;
        let options = SqliteConnectOptions::new()
            .filename(folder.path().join("jobs.db"))
            .create_if_missing(true);
        let other = SqlitePool::connect_with(options.clone()).await?;
        let preparing = other.begin_with("BEGIN IMMEDIATE").await?;
        let prepared = async {
            // Time for a first attempt, which SQLite refuses.
            sleep(Duration::from_millis(75)).await;
            preparing.rollback().await
        };
        let options = options.journal_mode(SqliteJournalMode::Wal);
        let (opened, rolled_back) =
            tokio::join!(connect(SqlitePoolOptions::new(), options), prepared);
        rolled_back?;
        opened?;
        Ok(())
    }

    #[tokio::test]
    async fn a_transaction_that_was_dropped_is_waited_for() -> Result<()> {
        let options = SqliteConnectOptions::new().in_memory(true);
        let mut connection = SqliteConnection::connect_with(&options).await?;
        for _ in 0..100 {
            drop(connection.begin().await?);
            assert!(is_reusable(&mut connection).await?);
        }
        Ok(())
    }
}
