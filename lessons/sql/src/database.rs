//! The database: which one, how it is opened, and how it is closed. FastAPI's `database.py`.

use std::env;
use std::time::Duration;

use fastapi_extract::Secret;
use lesson_support::{Result, Tick};
use sqlx::pool::PoolOptions;
use sqlx::{Connection as _, Database, SqlSafeStr};
use tokio::time::{sleep, timeout};
use tracing::Instrument;

// ANCHOR: dialect
#[cfg(feature = "postgres")]
pub use crate::postgres as dialect;
#[cfg(not(feature = "postgres"))]
pub use crate::sqlite as dialect;

/// The database that the lesson is compiled for: SQLite or PostgreSQL.
pub use dialect::Db;

/// Several connections, opened when they are needed; a clone is a pointer to the same ones.
pub type Pool = sqlx::Pool<Db>;

/// One connection, which can do one thing at a time.
pub type Connection = <Db as Database>::Connection;

/// A connection with an open transaction. Dropped without a commit, it rolls back.
pub type Transaction<'c> = sqlx::Transaction<'c, Db>;
// ANCHOR_END: dialect

type ConnectOptions = <Connection as sqlx::Connection>::Options;

// ANCHOR: writer
/// The connections of transactions that write.
///
/// SQLite lets one transaction write at a time, so there is one connection. Writers wait for it
/// here, and leave those of the [`Pool`] to readers. On PostgreSQL it is the same pool.
#[derive(Clone, Debug)]
pub struct Writer(Pool);
// ANCHOR_END: writer

/// How long the start waits for a connection, which may be longer than a request does.
const FIRST_WAIT: Duration = Duration::from_secs(30);

/// How long [`close`] waits for a connection that is still in use.
const LAST_WAIT: Duration = Duration::from_secs(1);

/// How long `open` waits before it tries a busy database again.
const SHORT_WAIT: Duration = Duration::from_millis(50);

/// SQLite takes no timeout beyond three weeks, and nobody waits for an hour.
const HOUR: Duration = Duration::from_secs(3600);

/// Where the database is, and its limits.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where it is: `DATABASE_URL`. A secret, because it can hold a password.
    pub url: Secret<String>,
    /// How many connections there may be: `LESSON_POOL_SIZE`, default 10.
    pub pool_size: u32,
    /// How long a request waits for a connection, then for a lock of the database, then for a
    /// free core to hash on: `LESSON_POOL_TIMEOUT`, in ticks, default 30, at most an hour.
    pub timeout: Duration,
}

impl Settings {
    /// Reads the environment.
    ///
    /// # Errors
    ///
    /// If a variable is missing, or isn't a number.
    pub fn from_env(tick: Tick) -> Result<Self> {
        let url = env::var("DATABASE_URL").ok();
        let url = url.or_else(|| dialect::DEFAULT_URL.map(str::to_owned));
        Ok(Self {
            url: url.ok_or("DATABASE_URL must say where the database is: postgres://…")?.into(),
            pool_size: env_u32("LESSON_POOL_SIZE", 10)?,
            timeout: (tick * env_u32("LESSON_POOL_TIMEOUT", 30)?).min(HOUR),
        })
    }
}

/// Reads a variable that holds a whole number, at least 1.
pub(crate) fn env_u32(name: &str, default: u32) -> Result<u32> {
    let Ok(value) = env::var(name) else {
        return Ok(default);
    };
    let number = value.parse().ok().filter(|number| *number > 0);
    number.ok_or_else(|| format!("{name} must be a whole number from 1, not \"{value}\"").into())
}

// ANCHOR: open
/// Opens the database and brings its tables up to date: Alembic's `upgrade head`.
///
/// # Errors
///
/// If the database cannot be opened, or its tables cannot be made.
pub async fn open(settings: &Settings) -> Result<(Pool, Writer)> {
    let options = dialect::options(settings.url.expose(), settings.timeout)?;

    // A pool would try again and again, and then say that it took too long. One connection
    // alone says at once what is wrong.
    let first = timeout(FIRST_WAIT, connect(&options)).await;
    let first = first.map_err(|_| "the database of DATABASE_URL does not answer")?;
    let first = first.map_err(|e| format!("cannot open the database of DATABASE_URL: {e}"))?;
    migrate(first).await.map_err(|e| format!("cannot prepare the tables: {e}"))?;

    let readers = pool(settings, settings.pool_size, options.clone());
    let writer = match dialect::WRITERS {
        Some(count) => pool(settings, count, options),
        None => readers.clone(),
    };
    Ok((readers, Writer(writer)))
}
// ANCHOR_END: open

/// A pool of up to `size` connections, none of them open yet.
// ANCHOR: pool
fn pool(settings: &Settings, size: u32, options: ConnectOptions) -> Pool {
    PoolOptions::new()
        .max_connections(size)
        .acquire_timeout(settings.timeout)
        .after_release(|connection, _| Box::pin(is_clean(connection)))
        .connect_lazy_with(options)
}
// ANCHOR_END: pool

/// Connects, and tries again while the database is busy: only one program at a time can give a
/// new SQLite file its write-ahead log, and a PostgreSQL server that is starting refuses all.
async fn connect(options: &ConnectOptions) -> sqlx::Result<Connection> {
    loop {
        match Connection::connect_with(options).await {
            Err(sqlx::Error::Database(error)) if dialect::is_busy(error.as_ref()) => {
                sleep(SHORT_WAIT).await;
            }
            done => return done,
        }
    }
}

async fn migrate(mut connection: Connection) -> Result<()> {
    dialect::migrate(&mut connection).await?;
    // The tables may be there already, in a file that cannot be written.
    let mut trial = connection.begin_with(dialect::BEGIN_WRITE).await?;
    sqlx::query("UPDATE users SET is_active = is_active WHERE id = 0").execute(&mut *trial).await?;
    trial.rollback().await?;
    Ok(connection.close().await?)
}

// ANCHOR: clean
/// Whether a connection may go back to the pool. If it is still in a transaction, it may not:
/// `false` closes it.
///
/// When the disk is full, SQLite rolls back by itself. sqlx's own ROLLBACK then fails, and sqlx
/// goes on counting the transaction as open.
async fn is_clean(connection: &mut Connection) -> sqlx::Result<bool> {
    connection.ping().await?; // first runs the ROLLBACK of a dropped transaction
    Ok(!connection.is_in_transaction())
}
// ANCHOR_END: clean

/// Begins a transaction that reads. All its queries see the same moment.
///
/// # Errors
///
/// If there is no connection in time, or the database fails.
pub async fn begin_read(pool: &Pool) -> sqlx::Result<Transaction<'static>> {
    begin(pool, dialect::BEGIN_READ).await
}

/// Begins a transaction that writes; `commit` keeps what it wrote.
///
/// Don't commit after a statement has failed: PostgreSQL keeps nothing then, without an error.
///
/// # Errors
///
/// If there is no connection, or no lock, in time, or the database fails.
pub async fn begin_write(Writer(pool): &Writer) -> sqlx::Result<Transaction<'static>> {
    begin(pool, dialect::BEGIN_WRITE).await
}

// ANCHOR: begin
/// Runs BEGIN in a task of its own, so that it finishes even if the client leaves meanwhile.
///
/// Otherwise sqlx 0.9.0 may give the connection to the next request with a transaction that
/// nobody knows of, on PostgreSQL ([sqlx 4385]). `Transaction::begin` is what `Pool::begin_with`
/// calls; it is public, but not documented.
///
/// [sqlx 4385]: https://github.com/launchbadge/sqlx/issues/4385
async fn begin(pool: &Pool, statement: &'static str) -> sqlx::Result<Transaction<'static>> {
    let connection = pool.acquire().await?; // a client may leave here: nothing has begun yet
    let beginning = Transaction::begin(connection, Some(statement.into_sql_str()));
    let begun = tokio::spawn(beginning.in_current_span()).await;
    begun.map_err(|_| sqlx::Error::WorkerCrashed)?
}
// ANCHOR_END: begin

// ANCHOR: close
/// Closes the pools. Waits for the connections that are in use, but not forever.
///
/// SQLite's last connection tidies up its files.
pub async fn close(pool: Pool, Writer(writer): Writer) {
    // One after the other: of two that close at once, SQLite may take neither for the last.
    let closing = async {
        pool.close().await;
        writer.close().await;
    };
    if timeout(LAST_WAIT, closing).await.is_err() {
        tracing::warn!("a connection is still in use and is left behind");
    }
}
// ANCHOR_END: close
