//! What is special about SQLite: SQLAlchemy calls this a dialect.

use std::time::Duration;

use lesson_support::Result;
use sqlx::error::DatabaseError;
use sqlx::migrate::Migrator;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode};
use sqlx::{Connection, Sqlite};

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

/// How many connections are for writing: SQLite lets one transaction write at a time.
pub const WRITERS: Option<u32> = Some(1);

/// The files of the folder, compiled into the program.
static MIGRATIONS: Migrator = sqlx::migrate!("migrations/sqlite");

/// Runs the files that this database has not seen.
///
/// # Errors
///
/// As [`run`].
pub async fn migrate(connection: &mut SqliteConnection) -> Result<()> {
    run(connection, &MIGRATIONS).await
}

// ANCHOR: run
/// Runs migrations in one transaction, so that a second program that starts now waits for it.
///
/// Foreign keys are off meanwhile. To change a column, SQLite has you make a new table and drop
/// the old one, and dropping `users` would delete the items, too. They stay off on this
/// connection, so close it afterwards.
///
/// # Errors
///
/// If a file fails, if one that has run has changed since, or if a row refers to one that is
/// gone.
pub async fn run(connection: &mut SqliteConnection, migrations: &Migrator) -> Result<()> {
    sqlx::query("PRAGMA foreign_keys = OFF").execute(&mut *connection).await?;
    let mut transaction = connection.begin_with(BEGIN_WRITE).await?;
    migrations.run(&mut *transaction).await?;
    let orphans = sqlx::query("PRAGMA foreign_key_check").fetch_all(&mut *transaction).await?;
    if !orphans.is_empty() {
        return Err(format!("{} rows point to rows that are gone", orphans.len()).into());
    }
    Ok(transaction.commit().await?)
}
// ANCHOR_END: run

/// Reads the URL, and sets what every connection needs.
///
/// # Errors
///
/// If the URL doesn't name an SQLite file.
pub fn options(url: &str, timeout: Duration) -> Result<SqliteConnectOptions> {
    let Some(place) = url.strip_prefix("sqlite:") else {
        let hint = "; for PostgreSQL, run with --features postgres";
        let hint = if url.starts_with("postgres") { hint } else { "" };
        return Err(format!("DATABASE_URL must start with sqlite:{hint}").into());
    };
    if is_no_file(place) {
        return Err("DATABASE_URL must name a file, such as sqlite://lesson-sql.db".into());
    }
    let options: SqliteConnectOptions = url.parse()?;
    // ANCHOR: settings
    Ok(options
        .create_if_missing(true)
        // Readers and the writer don't wait for each other.
        .journal_mode(SqliteJournalMode::Wal)
        // How long a writer waits for another program's lock.
        .busy_timeout(timeout)
        // sqlx's default, written here so that you see it. Without it `REFERENCES` means nothing.
        .foreign_keys(true))
    // ANCHOR_END: settings
}

/// Whether each connection would have a database of its own, which ends with it.
fn is_no_file(place: &str) -> bool {
    let (path, query) = place.split_once('?').unwrap_or((place, ""));
    let path = path.strip_prefix("//").unwrap_or(path);
    matches!(path, "" | ":memory:") || query.split('&').any(|setting| setting == "mode=memory")
}

/// Whether somebody else held the write lock for too long: code 5, SQLITE_BUSY.
pub fn is_busy(error: &dyn DatabaseError) -> bool {
    let code = error.code().and_then(|code| code.parse::<i32>().ok());
    // The low byte is the code; the others give the reason.
    code.is_some_and(|code| code & 0xff == 5)
}

/// The foreign key of an item to its user. SQLite doesn't name foreign keys.
pub const ITEM_OWNER: &str = "FOREIGN KEY";

// ANCHOR: constraint
/// The index that allows each email once. SQLite reports its column instead of its name.
pub const UNIQUE_EMAIL: &str = "users.email";

/// Which constraint refused a row. SQLite says so only in the text of its message.
pub fn constraint(error: &dyn DatabaseError) -> Option<&str> {
    let message = error.message();
    let columns = message.strip_prefix("UNIQUE constraint failed: ");
    columns.or_else(|| message.strip_suffix(" constraint failed"))
}
// ANCHOR_END: constraint

/// Whether the database cannot hold such a value. SQLite can hold them all.
pub fn is_invalid_value(_: &dyn DatabaseError) -> bool {
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
