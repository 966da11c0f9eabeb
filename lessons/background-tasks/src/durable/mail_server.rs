//! What the jobs do: a table of sent mails stands in for the mail server.

use serde::Serialize;
use sqlx::sqlite::{SqliteConnection, SqlitePool};

use super::queue::Mail;

// ANCHOR: send
/// Makes the table that stands in for the mail server.
pub(super) async fn create_table(connection: &mut SqliteConnection) -> Result<(), sqlx::Error> {
    let table = "CREATE TABLE IF NOT EXISTS sent (
        job TEXT PRIMARY KEY,
        recipient TEXT NOT NULL,
        text TEXT NOT NULL
    )";
    sqlx::query(table).execute(connection).await?;
    Ok(())
}

/// Sends a mail, once for each job: the second time nothing happens.
///
/// Returns whether it was the first time.
///
/// # Errors
///
/// If the database refuses.
pub async fn send(pool: &SqlitePool, job: &str, mail: &Mail) -> Result<bool, sqlx::Error> {
    let insert = "INSERT INTO sent (job, recipient, text) VALUES ($1, $2, $3)
        ON CONFLICT (job) DO NOTHING";
    let insert = sqlx::query(insert).bind(job).bind(&mail.to).bind(&mail.text);
    Ok(insert.execute(pool).await?.rows_affected() == 1)
}
// ANCHOR_END: send

/// A mail that was sent.
#[derive(Serialize, sqlx::FromRow)]
pub struct Sent {
    job: String,
    #[serde(rename = "to")]
    recipient: String,
    text: String,
}

/// An owner's mails: the hundred that were ordered last, the newest first.
///
/// # Errors
///
/// If the database refuses.
pub async fn sent_for(pool: &SqlitePool, owner: &str) -> Result<Vec<Sent>, sqlx::Error> {
    let mails = "SELECT sent.job, recipient, text FROM orders JOIN sent ON sent.job = orders.job
        WHERE owner = $1 ORDER BY orders.job DESC LIMIT 100";
    sqlx::query_as(mails).bind(owner).fetch_all(pool).await
}
