//! A fresh database for each server that needs one.

use tempfile::TempDir;

/// A database of one server's own, empty until a lesson creates its tables.
pub struct TestDatabase {
    url: String,
    /// What is removed when it is dropped, files and all.
    _folder: TempDir,
}

impl TestDatabase {
    /// A database for this lesson, if it is one that needs one.
    pub fn of(lesson: &str) -> Option<Self> {
        (lesson == "sql").then(Self::create)
    }

    /// A new database: an SQLite file that does not exist yet.
    #[cfg(not(feature = "postgres"))]
    pub fn create() -> Self {
        let folder = TempDir::new().expect("a temporary folder");
        let url = format!("sqlite://{}", folder.path().join("test.db").display());
        Self { url, _folder: folder }
    }

    /// A new database on the PostgreSQL server that `LESSON_POSTGRES` names.
    ///
    /// It stays there: `just test-postgres` throws the whole server away.
    #[cfg(feature = "postgres")]
    pub fn create() -> Self {
        use std::sync::atomic::{AtomicU32, Ordering};

        static CREATED: AtomicU32 = AtomicU32::new(0);
        let server = std::env::var("LESSON_POSTGRES");
        let server = server.expect("LESSON_POSTGRES, which `just test-postgres` sets");
        let number = CREATED.fetch_add(1, Ordering::Relaxed);
        let url = format!("{server}/lesson_{}_{number}", std::process::id());
        create_on_server(url.clone());
        Self { url, _folder: TempDir::new().expect("a temporary folder") }
    }

    /// What `DATABASE_URL` says.
    pub fn url(&self) -> &str {
        &self.url
    }
}

/// On a thread of its own, so that a test with a runtime may call it.
#[cfg(feature = "postgres")]
fn create_on_server(url: String) {
    use sqlx::migrate::MigrateDatabase;

    let create = move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.expect("a runtime").block_on(sqlx::Postgres::create_database(&url))
    };
    std::thread::spawn(create).join().expect("a thread").expect("a new database");
}
