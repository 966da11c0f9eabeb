//! The queue: a table of jobs in SQLite.

use std::env;
use std::str::FromStr;
use std::time::Duration;

use apalis::prelude::{TaskBuilder, TaskId};
use apalis_sqlite::SqliteStorage;
use apalis_sqlite::queries::push_tasks;
use lesson_support::Result;
use serde::{Deserialize, Serialize};
use sqlx::error::DatabaseError;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqliteSynchronous};
use tokio::time::sleep;
use ulid::Ulid;

use super::outbox;

// ANCHOR: mail
/// The job: a mail to send.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Mail {
    /// Who gets it.
    pub to: String,
    /// What it says.
    pub text: String,
    /// How often the mail server refuses it, for you to see the retries.
    #[serde(default)]
    pub refusals: usize,
}
// ANCHOR_END: mail

/// The name of the queue; a database can hold several.
pub(super) const QUEUE: &str = "mails";

/// How often a job is tried before it is given up.
pub const ATTEMPTS: usize = 4;

/// Jobs in a database: what the web server and the worker share.
#[derive(Clone, Debug)]
pub struct Queue {
    pool: SqlitePool,
}

impl Queue {
    // ANCHOR: open
    /// Opens the database that `DATABASE_URL` names, and makes its tables.
    ///
    /// # Errors
    ///
    /// If the URL is wrong, or the database cannot be opened.
    pub async fn from_env() -> Result<Self> {
        let url = env::var("DATABASE_URL").unwrap_or_else(|_| "sqlite:lesson-jobs.db".to_owned());
        // Not the URL itself: a server's has a password in it.
        Self::open(&url).await.map_err(|e| format!("the database of DATABASE_URL: {e}").into())
    }

    /// The same for a URL.
    ///
    /// # Errors
    ///
    /// If the URL is wrong, or the database cannot be opened.
    pub async fn open(url: &str) -> Result<Self, sqlx::Error> {
        let options = SqliteConnectOptions::from_str(url)?
            .create_if_missing(true)
            // Readers and one writer at the same time.
            .journal_mode(SqliteJournalMode::Wal)
            // A commit is on the disk before it is acknowledged.
            .synchronous(SqliteSynchronous::Full);
        let pool = connect(options).await?;
        // Web server and worker may start at the same moment: one migrates, the other waits.
        let mut transaction = pool.begin_with("BEGIN IMMEDIATE").await?;
        SqliteStorage::migrations().run(&mut *transaction).await?;
        outbox::create_table(&mut transaction).await?;
        transaction.commit().await?;
        Ok(Self { pool })
    }
    // ANCHOR_END: open

    // ANCHOR: enqueue
    /// Stores a job; when this returns, the job is on the disk. Returns the job's id.
    ///
    /// The same key again is the same job: nothing is stored, and its id is returned.
    ///
    /// # Errors
    ///
    /// If the database refuses.
    pub async fn enqueue(&self, mail: &Mail, key: Option<&str>) -> Result<String> {
        let id = Ulid::generate();
        let own_key = id.to_string();
        let key = key.unwrap_or(&own_key);
        let job = TaskBuilder::new(serde_json::to_vec(mail)?)
            .task_id(TaskId::from_str(&own_key)?)
            .idempotency_key(key)
            .max_attempts(ATTEMPTS)
            .build();

        let mut transaction = self.pool.begin().await?;
        push_tasks(&mut *transaction, QUEUE, &[job]).await?;
        let stored = "SELECT id FROM Jobs WHERE job_type = $1 AND idempotency_key = $2";
        let id = sqlx::query_scalar(stored).bind(QUEUE).bind(key);
        let id = id.fetch_one(&mut *transaction).await?;
        transaction.commit().await?;
        Ok(id)
    }
    // ANCHOR_END: enqueue

    // ANCHOR: job
    /// Looks a job up.
    ///
    /// # Errors
    ///
    /// If the database refuses.
    pub async fn job(&self, id: &str) -> Result<Option<Job>, sqlx::Error> {
        let job = "SELECT id, status, attempts FROM Jobs WHERE job_type = $1 AND id = $2";
        sqlx::query_as(job).bind(QUEUE).bind(id).fetch_optional(&self.pool).await
    }
    // ANCHOR_END: job

    /// The connections to the database.
    pub fn pool(&self) -> &SqlitePool {
        &self.pool
    }
}

/// Only one program at a time can turn a new database into one with a write-ahead log, and
/// SQLite does not let the other one wait for it.
async fn connect(options: SqliteConnectOptions) -> Result<SqlitePool, sqlx::Error> {
    for _ in 1..10 {
        match SqlitePool::connect_with(options.clone()).await {
            Err(sqlx::Error::Database(error)) if is_busy(error.as_ref()) => {
                sleep(Duration::from_millis(50)).await;
            }
            pool_or_error => return pool_or_error,
        }
    }
    SqlitePool::connect_with(options).await
}

/// "database is locked", for whatever reason: the low byte of the code is 5.
fn is_busy(error: &dyn DatabaseError) -> bool {
    let code = error.code().and_then(|code| code.parse::<i32>().ok());
    code.is_some_and(|code| code & 0xff == 5)
}

// ANCHOR: job-type
/// How a job is doing.
#[derive(Debug, Serialize, sqlx::FromRow)]
pub struct Job {
    id: String,
    /// Pending, Queued, Running, Done, Failed or Killed.
    status: String,
    /// How often it has been tried; counted when an attempt has ended.
    attempts: i64,
}
// ANCHOR_END: job-type

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
        let (opened, rolled_back) =
            tokio::join!(connect(options.journal_mode(SqliteJournalMode::Wal)), prepared);
        rolled_back?;
        opened?;
        Ok(())
    }
}
