//! Dependencies that a test replaces.

use std::sync::Arc;

use axum::extract::Request;
use lesson_dependencies::guards::Secrets;
use lesson_dependencies::overrides::Sessions;
use lesson_dependencies::{AppState, app};
use lesson_tests::fastapi::Pytest;
use lesson_tests::rust_only;

use super::{ask, assert_json, get_with, invalid, missing, start, state, text};

#[tokio::test]
async fn de_49_without_an_override_the_real_sessions_answer() {
    let server = start().await;
    let path = "/override/me";
    let alice = get_with(&server, path, &[("X-Token", "token-of-alice")]).await;
    assert_json(alice, 200, r#"{"user":"alice"}"#).await;
    for token in ["token-of-bob", ""] {
        let answer = get_with(&server, path, &[("X-Token", token)]).await;
        assert_json(answer, 401, r#"{"detail":"Unknown token"}"#).await;
    }
    let answer = server.get(path).await;
    assert_json(answer, 422, &invalid(&[missing("header", "x-token")])).await;
}

#[tokio::test]
async fn de_66_a_401_says_what_it_wants() {
    let server = start().await;
    let unknown = get_with(&server, "/override/me", &[("X-Token", "token-of-bob")]).await;
    let refused = server.get("/one-response/refuse-before").await;
    for answer in [unknown, refused] {
        assert_eq!((answer.status, answer.header("www-authenticate")), (401, Some("APIKey")));
    }
}

// ANCHOR: sessions
/// Sessions in which every token is bob's.
struct EverybodyIsBob;

impl Sessions for EverybodyIsBob {
    fn user(&self, _token: &str) -> Option<String> {
        Some("bob".to_owned())
    }
}

#[tokio::test]
async fn de_49_a_test_brings_its_own_sessions() {
    rust_only!("calls the app in process");
    let app = app(AppState { sessions: Arc::new(EverybodyIsBob), ..state() });
    let response = ask(app, Request::get("/override/me").header("X-Token", "any")).await;
    assert_eq!(text(response).await, r#"{"user":"bob"}"#);
}
// ANCHOR_END: sessions

// ANCHOR: secrets
#[tokio::test]
async fn de_49_a_test_brings_its_own_secrets() {
    rust_only!("calls the app in process");
    let secrets = Secrets { token: "a".into(), key: "b".into() };
    let app = app(AppState { secrets, ..state() });
    let request = || Request::get("/decorator/items/").header("X-Key", "b");
    assert_eq!(ask(app.clone(), request().header("X-Token", "a")).await.status(), 200);
    let real = request().header("X-Token", "fake-super-secret-token");
    assert_eq!(ask(app, real).await.status(), 400);
}
// ANCHOR_END: secrets

#[tokio::test]
async fn de_50_what_the_extractor_reads_stays_the_same() {
    rust_only!("calls the app in process");
    let app = app(AppState { sessions: Arc::new(EverybodyIsBob), ..state() });
    let response = ask(app, Request::get("/override/me")).await;
    assert_eq!(response.status(), 422);
    assert_eq!(text(response).await, invalid(&[missing("header", "x-token")]));
}

#[tokio::test]
async fn de_50_an_override_belongs_to_one_app() {
    rust_only!("calls apps in process");
    let bobs = app(AppState { sessions: Arc::new(EverybodyIsBob), ..state() });
    let alices = app(state());
    for (app, user) in [(&bobs, "bob"), (&alices, "alice"), (&bobs, "bob")] {
        let request = Request::get("/override/me").header("X-Token", "token-of-alice");
        let response = ask(app.clone(), request).await;
        assert_eq!(text(response).await, format!(r#"{{"user":"{user}"}}"#));
    }
}

static PYTEST: Pytest = Pytest::of("dependencies");

#[test]
fn de_49_in_python_a_test_replaces_the_function() {
    PYTEST.assert_passed("de_49");
}

#[test]
fn de_50_in_python_the_overrides_parameters_take_the_place_of_the_old_ones() {
    PYTEST.assert_passed("de_50");
}
