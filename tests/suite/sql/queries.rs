//! How many queries it takes.

use std::time::Duration;

use lesson_tests::fastapi::Uvicorn;
use lesson_tests::server::{client, send};
use lesson_tests::{Binary, Target, TestDatabase, expect, fastapi, own_server_only, rust};

use super::credentials;

/// A program of the current target that logs its SQL.
enum Logging {
    Rust(Binary),
    FastApi(Uvicorn),
}

impl Logging {
    async fn start(database: &TestDatabase) -> Self {
        let url = ("DATABASE_URL", database.url());
        match Target::current() {
            Target::FastApi => {
                let tick = Duration::from_millis(20);
                Self::FastApi(Uvicorn::start("sql", tick, &[url, ("LESSON_ECHO", "1")]).await)
            }
            _ => {
                let log = ("RUST_LOG", "info,sqlx::query=debug");
                Self::Rust(Binary::start("sql", &["--tick-ms", "10"], &[url, log]))
            }
        }
    }

    fn base_url(&self) -> &str {
        match self {
            Self::Rust(binary) => binary.base_url(),
            Self::FastApi(uvicorn) => uvicorn.base_url(),
        }
    }

    /// Everything that it wrote.
    fn log(self) -> String {
        let ended = match self {
            Self::Rust(binary) => {
                binary.signal("INT");
                binary.wait()
            }
            Self::FastApi(uvicorn) => {
                uvicorn.signal("INT");
                uvicorn.wait()
            }
        };
        ended.stdout + &ended.stderr
    }
}

#[tokio::test]
async fn sq_28_a_list_with_its_items_takes_two_queries() {
    own_server_only!("reads the log of an own server");
    for users in [1, 4] {
        let database = TestDatabase::create();
        let program = Logging::start(&database).await;
        let post = async |path: String, body: String| {
            let request = client().post(format!("{}{path}", program.base_url()));
            let request = request.header("content-type", "application/json").body(body);
            assert_eq!(send(request, Duration::from_secs(1)).await.status, 200);
        };
        for id in 1..=users {
            post("/main/users/".into(), credentials(&format!("user{id}"))).await;
            post(format!("/extra/users/{id}/items/"), r#"{"title":"t"}"#.into()).await;
        }
        let list = client().get(format!("{}/main/users/", program.base_url()));
        let list = send(list, Duration::from_secs(1)).await.text().await;
        assert_eq!(list.matches(r#""title":"t""#).count(), users);

        let log = program.log();
        let lines = |text: &str| log.lines().filter(|line| line.contains(text)).count();
        let list = match Target::current() {
            // Each user that was created was answered with their items, too.
            Target::FastApi => lines("WHERE ? = items.owner_id") - users,
            _ => lines("FROM items WHERE owner_id IN"),
        };
        assert_eq!(list, expect(rust(1), fastapi(users)), "{log}");
    }
}
