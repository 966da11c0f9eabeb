//! A body that is read from the database while it is sent.

use lesson_tests::{expect, fastapi, own_server_only, rust, rust_only};

use super::{CLOSED, OPENED, add_user, quiet, start_with, with_pool_of};

#[tokio::test]
async fn sq_30_a_body_is_read_while_it_is_sent() {
    own_server_only!("needs an empty database");
    let server = start_with(&[("LESSON_TICK_MS", "50")]).await;
    for name in ["anna", "ben", "cid"] {
        add_user(&server, name).await;
    }
    quiet(&server).await;
    let mut answer = server.get("/extra/export").await;
    assert_eq!((answer.status, answer.content_type()), (200, Some("text/plain; charset=utf-8")));
    assert_eq!(answer.next_piece().await.expect("a row").text, "anna@example.org\n");
    assert_eq!(server.events().await, expect(rust(vec![]), fastapi(vec![OPENED])));
    assert_eq!(answer.text().await, "ben@example.org\ncid@example.org\n");
    let (last, events) = expect(
        rust(("export done", vec!["export done"])),
        fastapi((CLOSED, vec![OPENED, "export done", CLOSED])),
    );
    assert_eq!(server.events_with(last).await, events);
}

#[tokio::test]
async fn sq_30_a_body_of_several_pages_has_every_row_once() {
    rust_only!("writes into the database");
    let server = start_with(&[("LESSON_TICK_MS", "1")]).await;
    let mut all = String::new();
    with_pool_of(server.database_url(), async |pool| {
        for number in 1000..1201 {
            let insert = "INSERT INTO users (email, hashed_password) VALUES ($1, '')";
            let email = number.to_string();
            sqlx::query(insert).bind(&email).execute(&pool).await.expect("a row");
            all.push_str(&(email + "\n"));
        }
    })
    .await;
    assert_eq!(server.get("/extra/export").await.text().await, all);
}

#[tokio::test]
async fn sq_30_a_body_that_takes_long_holds_no_connection() {
    own_server_only!("needs an empty database");
    rust_only!("a session of FastAPI's holds one until the last byte");
    let server = start_with(&[("LESSON_TICK_MS", "50"), ("LESSON_POOL_SIZE", "1")]).await;
    for number in 0..40 {
        add_user(&server, &format!("user{number}")).await;
    }
    let mut answer = server.get("/extra/export").await;
    answer.next_piece().await.expect("a row");
    // The export needs 39 more ticks.
    let other = server.get("/main/users/999999999").await;
    assert_eq!(other.status, 404);
    assert!(other.head_at < 20.0, "{}", other.head_at);
}
