//! The database: which one, how it is opened, and how it is closed. FastAPI's `database.py`.

use std::env;
use std::time::Duration;

use lesson_support::{Result, Tick};
use sqlx::pool::PoolOptions;
use sqlx::{Connection as _, Database};
use tokio::time::timeout;

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
// ANCHOR_END: dialect

/// How long the end of the process waits for a connection that is still in use.
const LAST_WAIT: Duration = Duration::from_secs(5);

// ANCHOR: settings
/// Which database, and how much of it.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where it is: `DATABASE_URL`.
    pub url: String,
    /// How many connections there may be: `LESSON_POOL_SIZE`, default 10.
    pub pool_size: u32,
    /// How long a request waits for a connection, and then for a lock of the database:
    /// `LESSON_POOL_TIMEOUT`, in ticks, default 30.
    pub patience: Duration,
}

impl Settings {
    /// Reads the environment.
    ///
    /// # Errors
    ///
    /// If a variable is missing or is no number.
    pub fn from_env(tick: Tick) -> Result<Self> {
        let url = env::var("DATABASE_URL").ok();
        let url = url.or_else(|| dialect::DEFAULT_URL.map(str::to_owned));
        Ok(Self {
            url: url.ok_or("DATABASE_URL must say where the database is: postgres://…")?,
            pool_size: number("LESSON_POOL_SIZE", 10)?,
            patience: tick * number("LESSON_POOL_TIMEOUT", 30)?,
        })
    }
}
// ANCHOR_END: settings

/// A variable that holds a whole number from 1.
pub(crate) fn number(name: &str, default: u32) -> Result<u32> {
    let Ok(value) = env::var(name) else {
        return Ok(default);
    };
    let number = value.parse().ok().filter(|number| *number > 0);
    number.ok_or_else(|| format!("{name} must be a whole number from 1, not \"{value}\"").into())
}

// ANCHOR: close
/// Closes the pool: waits for the connections that are in use, and not for ever.
///
/// SQLite's last connection tidies up its files.
pub async fn close(pool: Pool) {
    if timeout(LAST_WAIT, pool.close()).await.is_err() {
        tracing::warn!("a connection is still in use and is left behind");
    }
}
// ANCHOR_END: close

// ANCHOR: open
/// Opens the database and brings its tables up to date: Alembic's `upgrade head`.
///
/// # Errors
///
/// If the database cannot be opened, or its tables cannot be made.
pub async fn open(settings: &Settings) -> Result<Pool> {
    let options = dialect::options(&settings.url, settings.patience)?;

    // A pool would try again and again, and then say that it took too long. One connection
    // alone says at once what is wrong.
    let first = timeout(settings.patience, Connection::connect_with(&options)).await;
    let first = first.map_err(|_| "the database of DATABASE_URL does not answer")?;
    let mut first = first.map_err(|e| format!("cannot open the database of DATABASE_URL: {e}"))?;
    migrate(&mut first).await.map_err(|e| format!("cannot prepare the tables: {e}"))?;
    first.close().await?;

    Ok(PoolOptions::new()
        .max_connections(settings.pool_size)
        .acquire_timeout(settings.patience)
        .connect_lazy_with(options))
}

async fn migrate(connection: &mut Connection) -> Result<()> {
    dialect::MIGRATIONS.run(&mut *connection).await?;
    // The tables may be there already, in a file that cannot be written.
    let mut trial = connection.begin_with(dialect::BEGIN_WRITE).await?;
    sqlx::query("UPDATE users SET is_active = is_active WHERE id = 0").execute(&mut *trial).await?;
    trial.rollback().await?;
    Ok(())
}
// ANCHOR_END: open
