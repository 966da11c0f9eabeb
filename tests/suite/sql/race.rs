//! Between a check and a write, somebody else writes.

use futures_util::future::join_all;
use lesson_sql::database::dialect;
use lesson_sql::error::{Error, OnConstraint};
use lesson_tests::{Answer, Target, TestServer, expect, fastapi, own_server_only, rust, rust_only};

use super::{
    User, add_user, assert_500, assert_answer, credentials, email, emails, json, post, start,
    start_with, with_pool,
};

const TAKEN: &str = r#"{"detail":"Email already registered"}"#;

/// The same registration so many times at once.
async fn all_at_once(server: &TestServer, count: usize, path: &str, email: &str) -> Vec<Answer> {
    let body = credentials(email);
    join_all((0..count).map(|_| post(server, path, &body))).await
}

/// The one answer that is 200 has a user, and only one.
async fn assert_one_created(server: &TestServer, answers: Vec<Answer>, email: &str) -> Vec<Answer> {
    let (mut created, refused): (Vec<_>, Vec<_>) =
        answers.into_iter().partition(|answer| answer.status == 200);
    assert_eq!(created.len(), 1);
    let user = json(created.remove(0)).await;
    let user = User { id: user["id"].as_i64().expect("an id"), email: email.to_owned() };
    let read = server.get(&format!("/main/users/{}", user.id)).await;
    assert_answer(read, 200, &user.json("")).await;
    assert_eq!(emails(server).await.iter().filter(|known| *known == email).count(), 1);
    refused
}

#[tokio::test]
async fn sq_11_a_known_email_is_refused_before_the_pause() {
    own_server_only!("reads all events");
    let server = start().await;
    let anna = credentials("anna@example.org");
    assert_eq!(post(&server, "/extra/users-slow-check/", &anna).await.status, 200);
    let answer = post(&server, "/extra/users-slow-check/", &anna).await;
    assert_answer(answer, 400, TAKEN).await;
    let events = server.events().await;
    let count = events.iter().filter(|event| *event == "nobody has this email").count();
    assert_eq!(count, 1, "events \"nobody has this email\" of two registrations");
}

#[tokio::test]
async fn sq_19_the_unique_index_has_the_last_word() {
    let server = start().await;
    let anna = add_user(&server, "anna").await;
    let answer = post(&server, "/extra/users-unchecked/", &credentials(&anna.email)).await;
    if expect(rust(true), fastapi(false)) {
        assert_answer(answer, 400, TAKEN).await;
    } else {
        assert_500(answer).await;
    }
    let body = credentials(&email("ben"));
    assert_eq!(post(&server, "/extra/users-unchecked/", &body).await.status, 200);
}

#[tokio::test]
async fn sq_19_the_refusal_of_another_constraint_is_not_mistaken_for_this_one() {
    rust_only!("asks for a refusal of the database");
    with_pool(async |pool| {
        let insert = "INSERT INTO items (title, owner_id) VALUES ('hat', 999) RETURNING id";
        let refused = async || sqlx::query_scalar::<_, i64>(insert).fetch_one(&pool).await;
        let other = refused().await.on_constraint(dialect::UNIQUE_EMAIL, Error::EmailTaken);
        assert!(matches!(other, Err(Error::Database(_))), "{other:?}");
        let this = refused().await.on_constraint(dialect::ITEM_OWNER, Error::UserNotFound);
        assert!(matches!(this, Err(Error::UserNotFound)), "{this:?}");
    })
    .await;
}

#[tokio::test]
async fn sq_19_losers_of_a_race_get_the_same_answer_as_latecomers() {
    let server = start().await;
    let email = email("race");
    let answers = all_at_once(&server, 3, "/extra/users-slow-check/", &email).await;
    for refused in assert_one_created(&server, answers, &email).await {
        if expect(rust(true), fastapi(false)) {
            assert_answer(refused, 400, TAKEN).await;
        } else {
            assert_500(refused).await;
        }
    }
    // A latecomer is refused by the check, on both sides.
    let late = post(&server, "/extra/users-slow-check/", &credentials(&email)).await;
    assert_answer(late, 400, TAKEN).await;
}

#[tokio::test]
async fn sq_19_of_a_hundred_equal_registrations_one_wins_and_none_fails() {
    own_server_only!("asks for an own server's patience");
    let server = start().await;
    for path in ["/extra/users-slow-check/", "/extra/users-unchecked/"] {
        assert_one_of_a_hundred_wins(&server, path).await;
    }
}

#[tokio::test]
async fn sq_19_of_a_hundred_equal_users_one_is_added() {
    own_server_only!("asks for an own server's patience");
    assert_one_of_a_hundred_wins(&start().await, "/main/users/").await;
}

async fn assert_one_of_a_hundred_wins(server: &TestServer, path: &str) {
    let email = email(path);
    let answers = all_at_once(server, 100, path, &email).await;
    let refused = assert_one_created(server, answers, &email).await;
    assert_eq!(refused.len(), 99);
    if *Target::current() != Target::FastApi {
        for answer in refused {
            assert_answer(answer, 400, TAKEN).await;
        }
    }
}

#[tokio::test]
async fn sq_22_waiting_handlers_overlap() {
    own_server_only!("measures ticks of its own");
    let server = start_with(&[("LESSON_TICK_MS", "300")]).await;
    let answers = join_all(["a", "b", "c"].map(|name| {
        let body = credentials(&email(name));
        let server = &server;
        async move { post(server, "/extra/users-slow-check/", &body).await }
    }));
    for answer in answers.await {
        assert_eq!(answer.status, 200);
        // One after the other, the last would come after six.
        assert!((1.9..5.9).contains(&answer.head_at), "{}", answer.head_at);
    }
}
