//! A login.

use std::time::{Duration, Instant};

use lesson_sql::passwords::Hasher;
use lesson_tests::{TestServer, rust_only};
use reqwest::Method;

use super::{add_user, assert_answer, assert_detail, email, post, send, start, weak_hasher};

const WRONG: &str = r#"{"detail":"Incorrect email or password"}"#;

async fn log_in(server: &TestServer, email: &str, password: &str) -> lesson_tests::Answer {
    send_form(server, &[("username", email), ("password", password)]).await
}

async fn send_form(server: &TestServer, fields: &[(&str, &str)]) -> lesson_tests::Answer {
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    let request = server.request(Method::POST, "/extra/login").body(body);
    server.send(request.header("content-type", "application/x-www-form-urlencoded")).await
}

#[tokio::test]
async fn sq_44_a_user_logs_in_with_their_own_password() {
    let server = start().await;
    let (anna, ben) = (add_user(&server, "anna").await, add_user(&server, "ben").await);
    for user in [&anna, &ben] {
        assert_answer(log_in(&server, &user.email, "pw").await, 200, &user.json("")).await;
    }
}

#[tokio::test]
async fn sq_44_a_login_is_a_form_with_two_fields() {
    let server = start().await;
    let anna = add_user(&server, "anna").await;
    let missing = |field: &str| {
        format!(
            r#"{{"type":"missing","loc":["body","{field}"],"msg":"Field required","input":null}}"#
        )
    };
    let (username, password) = (missing("username"), missing("password"));
    // A field that nobody has filled in counts as left out.
    for (fields, problems) in [
        ([("username", anna.email.as_str()), ("password", "")], password.clone()),
        ([("email", &anna.email), ("password", "pw")], username.clone()),
    ] {
        assert_detail(send_form(&server, &fields).await, &problems).await;
    }
    let json = r#"{"username":"anna","password":"pw"}"#;
    let answer = post(&server, "/extra/login", json).await;
    assert_detail(answer, &format!("{username},{password}")).await;
}

#[tokio::test]
async fn sq_44_a_wrong_password_and_an_unknown_email_get_the_same_answer() {
    let server = start().await;
    let anna = add_user(&server, "anna").await;
    let unknown = email("unknown");
    for (email, password) in
        [(anna.email.as_str(), "PW"), (&anna.email, " "), (&unknown, "pw"), (&unknown, "nobody's")]
    {
        let answer = log_in(&server, email, password).await;
        assert_eq!(answer.header("www-authenticate"), Some("Bearer"));
        assert_answer(answer, 401, WRONG).await;
    }
}

#[tokio::test]
async fn sq_44_an_unknown_email_takes_as_long_as_a_wrong_password() {
    rust_only!("verifies without a server");
    // A hash of 100 MiB takes a fifth of a second.
    let hasher = Hasher::with_memory(100_000, Duration::from_secs(30)).expect("a hasher");
    let hash = hasher.hash("pw".to_owned().into()).await.expect("a hash");
    let took = async |hash: Option<String>| {
        let started = Instant::now();
        let is_right = hasher.verify("PW".to_owned().into(), hash).await.expect("an answer");
        assert!(!is_right);
        started.elapsed()
    };
    let mut rounds = Vec::new();
    for _ in 0..3 {
        rounds.push((took(Some(hash.clone())).await, took(None).await));
    }
    // Whatever else this machine does, one of three rounds is fair.
    assert!(rounds.iter().any(|(known, unknown)| *unknown > *known / 2), "{rounds:?}");
}

#[tokio::test]
async fn sq_44_a_user_who_is_no_longer_active_cannot_log_in() {
    let server = start().await;
    let anna = add_user(&server, "anna").await;
    let path = format!("/extra/users/{}", anna.id);
    let answer = send(&server, Method::PATCH, &path, r#"{"is_active":false}"#).await;
    assert_eq!(answer.status, 200);
    let answer = log_in(&server, &anna.email, "pw").await;
    assert_eq!(answer.header("www-authenticate"), Some("Bearer"));
    assert_answer(answer, 401, WRONG).await;
}

#[tokio::test]
async fn sq_44_no_hash_is_the_same_as_a_wrong_password() {
    rust_only!("verifies without a server");
    let hasher = weak_hasher();
    let hash = hasher.hash("pw".to_owned().into()).await.expect("a hash");
    for (hash, password, is_right) in [
        (Some(hash.clone()), "pw", true),
        (Some(hash), "PW", false),
        (None, "pw", false),
        (None, "nobody's", false),
    ] {
        let verified = hasher.verify(password.to_owned().into(), hash).await;
        assert_eq!(verified.expect("an answer"), is_right, "{password}");
    }
    let broken = hasher.verify("pw".to_owned().into(), Some("no hash".to_owned())).await;
    assert!(broken.is_err());
}
