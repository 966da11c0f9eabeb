//! The pool has an end, and says so.

use lesson_tests::{expect, fastapi, own_server_only, rust, rust_only};

use super::{
    CLOSED, add_user, credentials, oneshot, oneshot_post, quiet, start_with, state, with_pool,
};

#[tokio::test]
async fn sq_35_when_every_connection_is_in_use_the_answer_is_503() {
    own_server_only!("needs a pool of one");
    let server = start_with(&[
        ("LESSON_TICK_MS", "200"),
        ("LESSON_POOL_SIZE", "1"),
        ("LESSON_POOL_TIMEOUT", "1"),
    ])
    .await;
    for name in ["anna", "ben", "cid"] {
        add_user(&server, name).await;
    }
    quiet(&server).await;
    let mut export = server.get("/extra/export").await;
    export.next_piece().await.expect("a row");

    let answer = server.get("/main/users/1").await;
    let (status, retry_after, body) = expect(
        rust((503, Some("1"), r#"{"detail":"The database is busy"}"#)),
        fastapi((500, None, "Internal Server Error")),
    );
    assert_eq!((answer.status, answer.header("retry-after")), (status, retry_after));
    assert!((0.9..2.5).contains(&answer.head_at), "{}", answer.head_at);
    assert_eq!(answer.text().await, body);
    // What needs no database is not affected, and when the reader is done, neither is the rest.
    assert_eq!(server.get("/ping").await.status, 200);
    assert_eq!(export.text().await, "ben@example.org\ncid@example.org\n");
    let closed = |events: Vec<String>| events.iter().filter(|line| *line == CLOSED).count();
    while closed(server.events().await) < 2 {}
    assert_eq!(server.get("/main/users/1").await.status, 200);
}

#[tokio::test]
async fn sq_35_a_failure_that_is_no_refusal_stays_a_500() {
    rust_only!("takes a table away");
    with_pool(async |pool| {
        for statement in ["DROP TABLE items", "DROP TABLE users"] {
            sqlx::query(statement).execute(&pool).await.expect("a table less");
        }
        let app = lesson_sql::app(state(pool));
        assert_eq!(oneshot(app.clone(), "/main/users/").await, 500);
        // Neither is an email that somebody has, nor a user that does not exist.
        let user = credentials("anna@example.org");
        assert_eq!(oneshot_post(app.clone(), "/extra/users-unchecked/", &user).await, 500);
        let item = r#"{"title":"hat"}"#;
        assert_eq!(oneshot_post(app, "/extra/users/1/items/", item).await, 500);
    })
    .await;
}
