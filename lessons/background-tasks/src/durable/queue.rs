//! The queue: orders in a table of our own, and their jobs in apalis's.

use apalis::prelude::{FetchById, TaskBuilder, TaskId};
use apalis_sqlite::SqliteStorage;
use apalis_sqlite::queries::push_tasks;
use serde::{Deserialize, Serialize};
use sqlx::sqlite::{SqliteConnection, SqlitePool};
use ulid::Ulid;

use super::error::Error;

// ANCHOR: mail
/// The job: a mail to send.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Mail {
    /// Who gets it.
    pub to: String,
    /// What it says.
    pub text: String,
    /// How often the mail server refuses it, so that you can see retries.
    #[serde(default)]
    pub refusals: usize,
}
// ANCHOR_END: mail

/// The name of the queue; a database can hold several.
pub(super) const QUEUE: &str = "mails";

/// How often a job is tried before it is given up.
pub const ATTEMPTS: usize = 4;

/// Jobs in a database.
#[derive(Clone, Debug)]
pub struct Queue {
    pool: SqlitePool,
}

// ANCHOR: table
/// Makes the table of orders. An owner uses a key once; without a key it's NULL.
pub(super) async fn create_table(connection: &mut SqliteConnection) -> Result<(), sqlx::Error> {
    let table = "CREATE TABLE IF NOT EXISTS orders (
        owner TEXT NOT NULL,
        job TEXT NOT NULL,
        idempotency_key TEXT,
        mail TEXT NOT NULL,
        PRIMARY KEY (owner, job),
        UNIQUE (owner, idempotency_key)
    )";
    sqlx::query(table).execute(connection).await?;
    Ok(())
}
// ANCHOR_END: table

impl Queue {
    /// The queue in this database.
    pub fn new(pool: SqlitePool) -> Self {
        Self { pool }
    }

    // ANCHOR: order
    /// Stores an order and its job, and returns the job's id. By then both are on the disk.
    ///
    /// The same key and mail from the same owner are the same order: nothing more is stored.
    ///
    /// # Errors
    ///
    /// If the owner has used the key for another mail, or the database refuses.
    // ANCHOR: order-fn
    pub async fn order(
        &self,
        owner: &str,
        mail: &Mail,
        key: Option<&str>,
    ) -> Result<String, Error> {
        let (id, mail) = (Ulid::generate(), serde_json::to_string(mail)?);
        // IMMEDIATE: nobody else can store this key between `find` and the INSERT.
        let mut transaction = self.pool.begin_with("BEGIN IMMEDIATE").await?;
        if let Some((job, ordered)) = find(&mut transaction, owner, key).await? {
            return if ordered == mail { Ok(job) } else { Err(Error::KeyReused) };
        }
        let insert = "INSERT INTO orders (owner, job, idempotency_key, mail)
            VALUES ($1, $2, $3, $4)";
        let insert = sqlx::query(insert).bind(owner).bind(id.to_string()).bind(key).bind(&mail);
        insert.execute(&mut *transaction).await?;

        let job = TaskBuilder::new(mail.into_bytes())
            .task_id(TaskId::from_ulid(id))
            .max_attempts(ATTEMPTS)
            .build();
        push_tasks(&mut *transaction, QUEUE, &[job]).await?;
        transaction.commit().await?;
        Ok(id.to_string())
    }
    // ANCHOR_END: order-fn
    // ANCHOR_END: order

    // ANCHOR: job
    /// Says how an owner's job is doing.
    ///
    /// # Errors
    ///
    /// If the owner has no such job, or the database refuses.
    pub async fn job(&self, owner: &str, id: &str) -> Result<Job, Error> {
        let order = "SELECT job FROM orders WHERE owner = $1 AND job = $2";
        let order = sqlx::query_scalar::<_, String>(order).bind(owner).bind(id);
        let id = order.fetch_optional(&self.pool).await?.ok_or(Error::JobNotFound)?;
        let mut jobs = SqliteStorage::<Mail>::new(&self.pool);
        let job = jobs.fetch_by_id(&TaskId::from_string(&id)).await?.ok_or(Error::JobNotFound)?;
        Ok(Job { id, status: job.status().to_string(), attempts: job.attempt() })
    }
    // ANCHOR_END: job

    /// The connections to the database.
    pub fn pool(&self) -> &SqlitePool {
        &self.pool
    }
}

/// The job and the mail of an order with this key; without a key there is none.
async fn find(
    connection: &mut SqliteConnection,
    owner: &str,
    key: Option<&str>,
) -> Result<Option<(String, String)>, sqlx::Error> {
    let order = "SELECT job, mail FROM orders WHERE owner = $1 AND idempotency_key = $2";
    sqlx::query_as(order).bind(owner).bind(key).fetch_optional(connection).await
}

/// How a job is doing.
#[derive(Debug, Serialize)]
pub struct Job {
    id: String,
    /// Pending, Queued, Running, Done, Failed or Killed.
    status: String,
    /// How often it has been tried; counted when an attempt has ended.
    attempts: usize,
}
