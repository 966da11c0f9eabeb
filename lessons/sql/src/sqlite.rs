//! What is special about SQLite: SQLAlchemy calls this a dialect.

use std::time::Duration;

use lesson_support::Result;
use sqlx::Sqlite;
use sqlx::error::DatabaseError;
use sqlx::migrate::Migrator;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode};

/// The database that the lesson is compiled for.
pub type Db = Sqlite;

/// Where the database is, if `DATABASE_URL` does not say.
pub const DEFAULT_URL: Option<&str> = Some("sqlite://lesson-sql.db");

// ANCHOR: begin
/// Takes no lock until the first SELECT, and then one that stops nobody.
pub const BEGIN_READ: &str = "BEGIN";

/// Takes the write lock at once, or waits for it. A plain `BEGIN` would ask for it at the
/// first INSERT, and SQLite refuses that at once if somebody wrote since the first SELECT.
pub const BEGIN_WRITE: &str = "BEGIN IMMEDIATE";
// ANCHOR_END: begin

/// The files of the folder, compiled into the program.
pub static MIGRATIONS: Migrator = sqlx::migrate!("migrations/sqlite");

// ANCHOR: options
/// Reads the URL, and sets what every connection needs.
///
/// # Errors
///
/// If the URL names no file of SQLite.
pub fn options(url: &str, patience: Duration) -> Result<SqliteConnectOptions> {
    let Some(place) = url.strip_prefix("sqlite:") else {
        let hint = "; for PostgreSQL, run with --features postgres";
        let hint = if url.starts_with("postgres") { hint } else { "" };
        return Err(format!("DATABASE_URL must start with sqlite:{hint}").into());
    };
    if matches!(place, "" | "//") || place.contains("memory") {
        return Err("DATABASE_URL must name a file, such as sqlite://lesson-sql.db".into());
    }
    let options: SqliteConnectOptions = url.parse()?;
    Ok(options
        .create_if_missing(true)
        // Readers and the writer do not wait for each other.
        .journal_mode(SqliteJournalMode::Wal)
        // Writers wait for each other, and not for ever.
        .busy_timeout(patience)
        // Off by default in SQLite itself: `REFERENCES` would be a comment.
        .foreign_keys(true))
}
// ANCHOR_END: options

/// Whether somebody else held the write lock for too long: code 5, SQLITE_BUSY.
pub fn is_busy(error: &dyn DatabaseError) -> bool {
    let code = error.code().and_then(|code| code.parse::<i32>().ok());
    // The low byte is the code, what is above it the reason.
    code.is_some_and(|code| code & 0xff == 5)
}

/// Whether the database cannot hold such a value. SQLite can hold them all.
pub fn is_unfit(_: &dyn DatabaseError) -> bool {
    false
}

/// The columns of a table, in order.
pub const COLUMNS: &str = "SELECT name FROM pragma_table_info($1) ORDER BY cid";

/// The indexes of a table by name, and whether they are unique.
pub const INDEXES: &str = "SELECT name, \"unique\" = 1 FROM pragma_index_list($1) \
    WHERE origin = 'c' ORDER BY name";

/// The foreign keys of a table: the column, and the table and the column that it points to.
pub const FOREIGN_KEYS: &str =
    "SELECT \"from\", \"table\", \"to\" FROM pragma_foreign_key_list($1)";
