//! What is special about PostgreSQL: SQLAlchemy calls this a dialect.

use std::time::Duration;

use lesson_support::Result;
use sqlx::Postgres;
use sqlx::error::DatabaseError;
use sqlx::migrate::Migrator;
use sqlx::postgres::{PgConnectOptions, PgConnection};

/// The database that the lesson is compiled for.
pub type Db = Postgres;

/// `DATABASE_URL` has to say where the server is.
pub const DEFAULT_URL: Option<&str> = None;

// ANCHOR: begin
/// All its SELECTs see the same moment, as in SQLite.
pub const BEGIN_READ: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

/// Locks rows, not the database.
pub const BEGIN_WRITE: &str = "BEGIN";
// ANCHOR_END: begin

/// How many connections are for writing: all of the pool may write.
pub const WRITERS: Option<u32> = None;

/// The files of the folder, compiled into the program.
static MIGRATIONS: Migrator = sqlx::migrate!("migrations/postgres");

/// Runs the files that this database has not seen, however long that takes. A second program
/// that starts now waits, because sqlx takes a lock on the server.
///
/// # Errors
///
/// If a file fails, or one that has run has changed since.
pub async fn migrate(connection: &mut PgConnection) -> Result<()> {
    sqlx::raw_sql("SET lock_timeout = 0; SET statement_timeout = 0")
        .execute(&mut *connection)
        .await?;
    Ok(MIGRATIONS.run(connection).await?)
}

// ANCHOR: options
/// Reads the URL, and sets what every connection needs.
///
/// # Errors
///
/// If the URL doesn't name a PostgreSQL server.
pub fn options(url: &str, timeout: Duration) -> Result<PgConnectOptions> {
    if !url.starts_with("postgres://") && !url.starts_with("postgresql://") {
        return Err("DATABASE_URL must start with postgres://; for SQLite, run without \
                    --features postgres"
            .into());
    }
    let options: PgConnectOptions = url.parse()?;
    // Ends a statement that waits for a lock, or runs, for too long.
    let timeout = format!("{}ms", timeout.as_millis());
    Ok(options.options([("lock_timeout", &timeout), ("statement_timeout", &timeout)]))
}
// ANCHOR_END: options

/// Whether a lock or a statement took too long, or the server can take no more.
pub fn is_busy(error: &dyn DatabaseError) -> bool {
    // lock_not_available, deadlock_detected, serialization_failure, query_canceled (by
    // statement_timeout), too_many_connections, cannot_connect_now
    let busy = ["55P03", "40P01", "40001", "57014", "53300", "57P03"];
    error.code().is_some_and(|code| busy.contains(&code.as_ref()))
}

// ANCHOR: constraints
/// The index that allows each email once.
pub const UNIQUE_EMAIL: &str = "ix_users_email";

/// The foreign key of an item to its user.
pub const ITEM_OWNER: &str = "items_owner_id_fkey";

/// Which constraint refused a row.
pub fn constraint(error: &dyn DatabaseError) -> Option<&str> {
    error.constraint()
}
// ANCHOR_END: constraints

/// Whether the database cannot hold such a value: a NUL in a text, a text too long for its index.
pub fn is_invalid_value(error: &dyn DatabaseError) -> bool {
    // character_not_in_repertoire, program_limit_exceeded
    error.code().is_some_and(|code| ["22021", "54000"].contains(&code.as_ref()))
}

/// The columns of a table, in order.
pub const COLUMNS: &str = "SELECT column_name::text FROM information_schema.columns \
    WHERE table_schema = current_schema() AND table_name = $1 ORDER BY ordinal_position";

/// The indexes of a table by name, and whether they are unique.
pub const INDEXES: &str = "SELECT relname::text, indisunique \
    FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid \
    WHERE indrelid = $1::text::regclass AND NOT indisprimary ORDER BY relname";

/// The foreign keys of a table: the column, and the table and the column that it points to.
pub const FOREIGN_KEYS: &str = "SELECT own.attname::text, confrelid::regclass::text, \
    other.attname::text FROM pg_constraint \
    JOIN pg_attribute own ON own.attrelid = conrelid AND own.attnum = conkey[1] \
    JOIN pg_attribute other ON other.attrelid = confrelid AND other.attnum = confkey[1] \
    WHERE contype = 'f' AND conrelid = $1::text::regclass";
