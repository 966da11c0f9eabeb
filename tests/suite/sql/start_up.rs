//! A database that cannot be used is said in one sentence.

use std::fs;

use lesson_tests::{Binary, TestDatabase, binary, rust_only};

/// What the program says before it ends; exit code 1, and nothing on stdout.
fn refusal(variables: &[(&str, &str)]) -> String {
    let ended = binary::run("sql", &["--port", "0", "--tick-ms", "100"], variables);
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(1), ""), "{}", ended.stderr);
    assert!(!ended.stderr.contains("secret"), "{}", ended.stderr);
    let sentence = ended.stderr.strip_prefix("Error: ").expect("a sentence");
    let sentence = sentence.strip_suffix('\n').expect("a line");
    assert!(!sentence.contains('\n'), "{sentence}");
    sentence.to_owned()
}

#[cfg(not(feature = "postgres"))]
#[test]
fn sq_37_an_unusable_database_is_reported_in_one_sentence() {
    rust_only!("starts the real program");
    let folder = tempfile::tempdir().expect("a folder");
    let in_folder = |name: &str| format!("sqlite://{}", folder.path().join(name).display());
    fs::write(folder.path().join("text.db"), "x".repeat(5000)).expect("a file");

    let cannot_open = "cannot open the database of DATABASE_URL: error returned from database: ";
    assert_eq!(
        refusal(&[("DATABASE_URL", &in_folder("none/test.db"))]),
        format!("{cannot_open}(code: 14) unable to open database file")
    );
    assert_eq!(
        refusal(&[("DATABASE_URL", &in_folder("text.db"))]),
        format!("{cannot_open}(code: 26) file is not a database")
    );
    for url in ["mysql://root:secret@localhost/x", "lesson-sql.db"] {
        assert_eq!(refusal(&[("DATABASE_URL", url)]), "DATABASE_URL must start with sqlite:");
    }
    for url in ["sqlite:", "sqlite://", "sqlite::memory:", "sqlite://x?mode=memory&cache=shared"] {
        assert_eq!(
            refusal(&[("DATABASE_URL", url)]),
            "DATABASE_URL must name a file, such as sqlite://lesson-sql.db"
        );
    }
    let url = in_folder("test.db");
    for (name, value) in [("LESSON_POOL_SIZE", "0"), ("LESSON_POOL_TIMEOUT", "long")] {
        assert_eq!(
            refusal(&[("DATABASE_URL", &url), (name, value)]),
            format!("{name} must be a whole number from 1, not \"{value}\"")
        );
    }
}

#[cfg(not(feature = "postgres"))]
#[tokio::test]
async fn sq_37_a_database_that_cannot_be_written_is_noticed_at_the_start() {
    use sqlx::Connection;
    use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};

    use super::with_pool_of;

    rust_only!("starts the real program");
    let database = lesson_tests::TestDatabase::create();
    with_pool_of(database.url(), async |_| ()).await;
    let read_only = format!("{}?mode=ro", database.url());
    let sentence = refusal(&[("DATABASE_URL", &read_only)]);
    assert!(sentence.ends_with("attempt to write a readonly database"), "{sentence}");

    // Tables of the same names that somebody else made, such as FastAPI's `create_all`.
    let folder = tempfile::tempdir().expect("a folder");
    let url = format!("sqlite://{}", folder.path().join("theirs.db").display());
    let options: SqliteConnectOptions = url.parse().expect("a URL");
    let theirs = SqliteConnection::connect_with(&options.create_if_missing(true)).await;
    let mut theirs = theirs.expect("a database");
    sqlx::query("CREATE TABLE users (id)").execute(&mut theirs).await.expect("a table");
    theirs.close().await.expect("an end");
    let sentence = refusal(&[("DATABASE_URL", &url)]);
    assert!(sentence.starts_with("cannot prepare the tables: "), "{sentence}");
    assert!(sentence.contains("table users already exists"), "{sentence}");
}

#[cfg(feature = "postgres")]
#[test]
fn sq_37_a_server_that_does_not_answer_is_reported_in_one_sentence() {
    rust_only!("starts the real program");
    let refused = refusal(&[("DATABASE_URL", "postgres://anna:secret@127.0.0.1:1/lesson")]);
    assert!(refused.starts_with("cannot open the database of DATABASE_URL: "), "{refused}");
    assert!(refused.contains("Connection refused"), "{refused}");
    let server = std::env::var("LESSON_POSTGRES").expect("a server");
    let missing = refusal(&[("DATABASE_URL", &format!("{server}/no_such_database"))]);
    assert!(missing.contains("database \"no_such_database\" does not exist"), "{missing}");
    assert!(!fs::exists("lesson-sql.db").unwrap_or(true));
}

#[test]
fn sq_42_the_database_is_chosen_when_the_program_is_compiled() {
    rust_only!("starts the real program");
    let (other, sentence) = match cfg!(feature = "postgres") {
        false => (
            "postgres://anna:secret@localhost/lesson",
            "DATABASE_URL must start with sqlite:; for PostgreSQL, run with --features postgres",
        ),
        true => (
            "sqlite://lesson-sql.db",
            "DATABASE_URL must start with postgres://; for SQLite, run without --features postgres",
        ),
    };
    assert_eq!(refusal(&[("DATABASE_URL", other)]), sentence);
}

#[tokio::test]
async fn sq_42_what_a_database_cannot_hold_is_422() {
    rust_only!("knows the database");
    let server = super::start().await;
    let detail = r#"{"detail":"The database cannot hold this value"}"#;
    // PostgreSQL has no NUL in a text, and no index over a long one that cannot be packed.
    let noise: String = (0..9000).map(|_| fastrand::alphanumeric()).collect();
    for email in [r"a\u0000b", &noise] {
        let answer = super::post(&server, "/main/users/", &super::credentials(email)).await;
        match cfg!(feature = "postgres") {
            true => super::assert_answer(answer, 422, detail).await,
            false => assert_eq!(answer.status, 200),
        }
    }
    super::add_user(&server, "anna").await;
}

#[cfg(not(feature = "postgres"))]
#[test]
fn sq_37_a_file_may_be_called_memory() {
    rust_only!("starts the real program");
    let folder = tempfile::tempdir().expect("a folder");
    for name in ["memory.db", "memory-game.db", "x.db?mode=rwc"] {
        let url = format!("sqlite://{}", folder.path().join(name).display());
        let program = Binary::start("sql", &[], &[("DATABASE_URL", &url)]);
        program.signal("TERM");
        assert_eq!(program.wait().code, Some(0), "{name}");
        let file = folder.path().join(name.split('?').next().expect("a name"));
        assert!(file.exists(), "{name}");
    }
}

#[test]
fn sq_37_programs_that_start_at_once_on_a_new_database_all_start() {
    rust_only!("starts the real program");
    for _ in 0..5 {
        let database = TestDatabase::create();
        let start = || Binary::start("sql", &[], &[("DATABASE_URL", database.url())]);
        std::thread::scope(|scope| {
            let programs: Vec<_> = (0..4).map(|_| scope.spawn(start)).collect();
            for program in programs {
                let program = program.join().expect("it has started");
                program.signal("TERM");
                assert_eq!(program.wait().code, Some(0));
            }
        });
    }
}

#[cfg(not(feature = "postgres"))]
#[tokio::test]
async fn sq_37_a_program_waits_while_another_one_prepares_the_file() {
    use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
    use sqlx::{ConnectOptions, Connection};

    rust_only!("holds the lock of a new file");
    let database = TestDatabase::create();
    let options: SqliteConnectOptions = database.url().parse().expect("a URL");
    let other = options.create_if_missing(true).connect().await;
    let mut other: SqliteConnection = other.expect("a connection");
    let preparing = other.begin_with("BEGIN IMMEDIATE").await.expect("the lock");
    let settings = super::settings(database.url());
    let mut opening = std::pin::pin!(lesson_sql::database::open(&settings));
    tokio::select! {
        opened = &mut opening => panic!("{:?}", opened.err()),
        // Time for a first attempt, which SQLite refuses.
        () = tokio::time::sleep(std::time::Duration::from_millis(75)) => {}
    }
    preparing.rollback().await.expect("an end");
    opening.await.expect("a database");
}

#[test]
fn sq_37_debug_does_not_show_the_url() {
    rust_only!("prints the settings");
    let settings = super::settings("postgres://anna:secret@localhost/lesson");
    let shown = format!("{settings:?}");
    assert!(!shown.contains("secret") && shown.contains("pool_size: 10"), "{shown}");
}

#[cfg(not(feature = "postgres"))]
#[tokio::test]
async fn a_project_of_your_own_opens_its_database_and_keeps_what_it_wrote() {
    rust_only!("the example is in Rust");
    let database = TestDatabase::create();
    let variables = [("DATABASE_URL", database.url())];
    for id in ["1", "2"] {
        let binary = Binary::start_example_with("own_project", &[], &variables);
        let answer = binary.post("/users/", &format!("\"user-{id}\"")).await;
        assert_eq!(answer.text().await, id);
        binary.signal("TERM");
        assert_eq!(binary.wait().code, Some(0));
    }
}
