//! A look inside.

use lesson_sql::database::{Connection, Pool};
use lesson_tests::{expect, fastapi, own_server_only, rust, rust_only};

use super::{add_user, assert_answer, start, start_with};

#[tokio::test]
async fn sq_02_every_thread_may_use_the_pool() {
    let server = start().await;
    let rule = expect(
        rust(
            r#"{"connection_moved_to_another_thread":"used","pool_shared_by_two_threads":"used"}"#,
        ),
        fastapi(
            r#"{"default":"ProgrammingError","check_same_thread_false":"used","sqlalchemy_passes_for_a_file":{"check_same_thread":false}}"#,
        ),
    );
    assert_answer(server.get("/extra/thread-rule").await, 200, rule).await;
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
async fn sq_02_forty_requests_at_once_share_ten_connections() {
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
    let server = start().await;
    let anna = add_user(&server, "anna").await;
    let email = &anna.email;
    let body = expect(
        rust(format!(r#"{{"with_from_row":"{email}","without":"does not compile"}}"#)),
        fastapi(format!(r#"{{"with_from_attributes":"{email}","without":"model_type"}}"#)),
    );
    assert_answer(server.get(&format!("/extra/orm-mode/{}", anna.id)).await, 200, &body).await;
    assert_eq!(server.get("/extra/orm-mode/999999999").await.status, 404);
}
