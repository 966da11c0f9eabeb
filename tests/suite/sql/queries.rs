//! How many queries it takes.

use std::time::Duration;

use lesson_tests::server::{client, send};
use lesson_tests::{Binary, Target, TestDatabase, expect, fastapi, own_server_only, program, rust};

use super::connect;

/// The program of the current target, which logs its SQL.
async fn logging(database: &TestDatabase) -> Binary {
    let log = match Target::current() {
        Target::FastApi => ("LESSON_ECHO", "1"),
        _ => ("RUST_LOG", "info,sqlx::query=debug"),
    };
    let variables = [("DATABASE_URL", database.url()), log];
    program::start("sql", Target::current().tick(), &variables).await
}

/// Everything that it wrote.
fn log_of(program: Binary) -> String {
    program.signal("INT");
    let ended = program.wait();
    ended.stdout + &ended.stderr
}

#[tokio::test]
async fn sq_28_a_list_with_its_items_takes_two_queries() {
    own_server_only!("reads the log of an own server");
    for users in [1, 4] {
        let database = TestDatabase::create();
        let program = logging(&database).await;
        let mut db = connect(database.url()).await;
        for id in 1..=users {
            sqlx::query(
                "INSERT INTO users (email, hashed_password, is_active) VALUES ($1, '', TRUE)",
            )
            .bind(format!("user{id}"))
            .execute(&mut db)
            .await
            .expect("a user");
            let insert = sqlx::query("INSERT INTO items (title, owner_id) VALUES ('t', $1)");
            insert.bind(id).execute(&mut db).await.expect("an item");
        }
        let list = client().get(format!("{}/main/users/", program.base_url()));
        let list = send(list, Duration::from_secs(1)).await;
        assert_eq!(list.status, 200);
        let titles = list.text().await.matches(r#""title":"t""#).count();
        assert_eq!(i64::try_from(titles), Ok(users), "the items of a list of {users} users");

        let log = log_of(program);
        println!("{log}");
        let selects = log.lines().filter(|line| is_select(line)).count();
        let expected = expect(rust(2), fastapi(1 + users));
        assert_eq!(i64::try_from(selects), Ok(expected), "SELECTs for a list of {users} users");
    }
}

/// Whether a line of the log is of a query for users or items.
fn is_select(line: &str) -> bool {
    let line = line.to_lowercase();
    match Target::current() {
        Target::FastApi => line.starts_with("from users") || line.starts_with("from items"),
        _ => {
            line.contains(r#"summary="select"#)
                && (line.contains("users") || line.contains("items"))
        }
    }
}
