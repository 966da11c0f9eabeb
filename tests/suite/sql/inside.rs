//! A look inside.

use lesson_sql::database::{Connection, Pool};
use lesson_sql::schemas::User;
use lesson_tests::{expect, fastapi, own_server_only, rust, rust_only};
use tokio::runtime::Handle;
use tokio::task::spawn_blocking;

use super::{add_user, assert_answer, start, start_with, with_pool};

/// What axum answers where FastAPI has a route and the compiler holds the claim.
const NOT_FOUND: &str = r#"{"detail":"Not Found"}"#;

#[tokio::test(flavor = "multi_thread")]
async fn sq_02_every_thread_may_use_the_pool() {
    rust_only!("uses the pool without a server");
    async fn use_it(connection: &mut Connection) -> sqlx::Result<String> {
        sqlx::query_scalar("SELECT 'used'").fetch_one(connection).await
    }
    with_pool(async |pool| {
        let mut connection = pool.acquire().await.expect("a connection");
        assert_eq!(use_it(&mut connection).await.expect("a row"), "used");
        let runtime = Handle::current();
        let shared = pool.clone();
        let elsewhere = spawn_blocking(move || {
            let moved = runtime.block_on(use_it(&mut connection)).expect("a row");
            let mut another = runtime.block_on(shared.acquire()).expect("a connection");
            (moved, runtime.block_on(use_it(&mut another)).expect("a row"))
        });
        assert_eq!(elsewhere.await.expect("no panic"), ("used".to_owned(), "used".to_owned()));
        let mut here = pool.acquire().await.expect("a connection");
        assert_eq!(use_it(&mut here).await.expect("a row"), "used");
    })
    .await;
}

#[tokio::test]
async fn sq_02_only_python_checks_threads_at_run_time() {
    let server = start().await;
    let (status, rule) = expect(
        rust((404, NOT_FOUND)),
        fastapi((
            200,
            r#"{"default":"ProgrammingError","check_same_thread_false":"used","sqlalchemy_passes_for_a_file":{"check_same_thread":false}}"#,
        )),
    );
    assert_answer(server.get("/extra/thread-rule").await, status, rule).await;
}

#[test]
fn sq_02_the_compiler_knows_which_threads_may_use_what() {
    rust_only!("asks the compiler");
    fn may_move_to_another_thread<T: Send>() {}
    fn may_be_shared_by_threads<T: Sync>() {}
    may_move_to_another_thread::<Connection>();
    may_move_to_another_thread::<Pool>();
    may_be_shared_by_threads::<Pool>();
}

#[tokio::test]
async fn sq_02_forty_requests_at_once_share_three_connections() {
    own_server_only!("asks for an own server's patience");
    let server = start_with(&[("LESSON_POOL_SIZE", "3")]).await;
    let anna = add_user(&server, "anna").await;
    let path = format!("/main/users/{}", anna.id);
    let answers = (0..40).map(|_| server.get(&path));
    for answer in futures_util::future::join_all(answers).await {
        assert_answer(answer, 200, &anna.json("")).await;
    }
}

#[tokio::test]
async fn sq_09_a_schema_is_read_from_a_row() {
    rust_only!("reads without a server; that nothing else can be read is a doc test of models.rs");
    with_pool(async |pool| {
        let insert = "INSERT INTO users (email, hashed_password) VALUES ('anna', '')";
        sqlx::query(insert).execute(&pool).await.expect("a row");
        let select = "SELECT email, id, is_active FROM users";
        let user: User = sqlx::query_as(select).fetch_one(&pool).await.expect("a row");
        assert_eq!((user.email.as_str(), user.is_active), ("anna", true));
    })
    .await;
}

#[tokio::test]
async fn sq_09_only_pydantic_checks_for_from_attributes_at_run_time() {
    let server = start().await;
    let anna = add_user(&server, "anna").await;
    let email = &anna.email;
    let (status, body) = expect(
        rust((404, NOT_FOUND.to_owned())),
        fastapi((200, format!(r#"{{"with_from_attributes":"{email}","without":"model_type"}}"#))),
    );
    assert_answer(server.get(&format!("/extra/orm-mode/{}", anna.id)).await, status, &body).await;
    assert_eq!(server.get("/extra/orm-mode/999999999").await.status, 404);
}
