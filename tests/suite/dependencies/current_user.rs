//! The current user: who asks, and what a test replaces.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::extract::Request;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::routing::get;
use axum::{Extension, Router};
use axum_extra::extract::Cached;
use fastapi_extract::Rejection;
use lesson_dependencies::current_user::{CurrentUser, Sessions};
use lesson_dependencies::guards::Secrets;
use lesson_dependencies::{AppState, app};
use lesson_tests::rust_only;

use super::{PYTEST, ask, assert_json, get_with, invalid, missing, start, state, text};

#[tokio::test]
async fn de_49_the_running_server_asks_its_own_sessions() {
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
async fn de_66_a_401_says_what_to_send() {
    let server = start().await;
    let unknown = get_with(&server, "/override/me", &[("X-Token", "token-of-bob")]).await;
    let refused = server.get("/one-response/refuse-before").await;
    for answer in [unknown, refused] {
        assert_eq!((answer.status, answer.header("www-authenticate")), (401, Some("APIKey")));
    }
}

#[tokio::test]
async fn de_69_a_result_makes_an_extractor_optional() {
    rust_only!("calls a router of its own");
    // ANCHOR: optional
    async fn greet(user: Result<CurrentUser, Rejection>) -> &'static str {
        if user.is_ok() { "welcome back" } else { "hello" }
    }
    // ANCHOR_END: optional
    let app = Router::new().route("/", get(greet)).with_state(state());
    for (token, greeting) in
        [(Some("token-of-alice"), "welcome back"), (Some("token-of-bob"), "hello"), (None, "hello")]
    {
        let request = Request::get("/");
        let request = token.into_iter().fold(request, |r, token| r.header("X-Token", token));
        let response = ask(app.clone(), request).await;
        assert_eq!((response.status().as_u16(), text(response).await.as_str()), (200, greeting));
    }
}

/// Sessions that count how often they were asked.
#[derive(Default)]
struct Counting(AtomicU64);

impl Sessions for Counting {
    fn user(&self, token: &str) -> Option<String> {
        self.0.fetch_add(1, Ordering::Relaxed);
        (token == "any").then(|| "bob".to_owned())
    }
}

#[tokio::test]
async fn de_70_a_layer_passes_on_whom_it_found() {
    rust_only!("calls a router of its own");
    // ANCHOR: pass-on
    async fn require_user(user: CurrentUser, mut request: Request, next: Next) -> Response {
        request.extensions_mut().insert(user);
        next.run(request).await
    }

    async fn report(Extension(CurrentUser(name)): Extension<CurrentUser>) -> String {
        format!("a report for {name}")
    }
    // ANCHOR_END: pass-on
    let sessions = Arc::new(Counting::default());
    let state = AppState { sessions: sessions.clone(), ..state() };
    let app = Router::new()
        .route("/report", get(report))
        .route_layer(from_fn_with_state(state.clone(), require_user))
        .route("/forgotten", get(report))
        .with_state(state);
    let to = |path: &str, token: &str| Request::get(path).header("X-Token", token);

    let response = ask(app.clone(), to("/report", "any")).await;
    assert_eq!(
        (response.status().as_u16(), text(response).await.as_str()),
        (200, "a report for bob")
    );
    assert_eq!(sessions.0.load(Ordering::Relaxed), 1);
    let response = ask(app.clone(), to("/report", "other")).await;
    assert_eq!(text(response).await, r#"{"detail":"Unknown token"}"#);
    assert_eq!(ask(app, to("/forgotten", "any")).await.status(), 500);
}

#[tokio::test]
async fn de_70_a_layer_and_a_handler_share_what_is_cached() {
    rust_only!("calls a router of its own");
    async fn require(_: Cached<CurrentUser>, request: Request, next: Next) -> Response {
        next.run(request).await
    }
    async fn report(Cached(CurrentUser(name)): Cached<CurrentUser>) -> String {
        name
    }
    let sessions = Arc::new(Counting::default());
    let state = AppState { sessions: sessions.clone(), ..state() };
    let app = Router::new()
        .route("/report", get(report))
        .route_layer(from_fn_with_state(state.clone(), require))
        .with_state(state);
    let response = ask(app, Request::get("/report").header("X-Token", "any")).await;
    assert_eq!(text(response).await, "bob");
    assert_eq!(sessions.0.load(Ordering::Relaxed), 1);
}

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

#[tokio::test]
async fn de_50_the_extractor_still_reads_the_header() {
    rust_only!("calls the app in process");
    let app = app(AppState { sessions: Arc::new(EverybodyIsBob), ..state() });
    let response = ask(app, Request::get("/override/me")).await;
    assert_eq!(response.status(), 422);
    assert_eq!(text(response).await, invalid(&[missing("header", "x-token")]));
}

#[tokio::test]
async fn de_50_each_app_has_its_own_state() {
    rust_only!("calls apps in process");
    let bobs = app(AppState { sessions: Arc::new(EverybodyIsBob), ..state() });
    let alices = app(state());
    for (app, user) in [(&bobs, "bob"), (&alices, "alice"), (&bobs, "bob")] {
        let request = Request::get("/override/me").header("X-Token", "token-of-alice");
        let response = ask(app.clone(), request).await;
        assert_eq!(text(response).await, format!(r#"{{"user":"{user}"}}"#));
    }
}

#[test]
fn de_49_in_fastapi_a_test_replaces_the_function() {
    PYTEST.assert_passed("de_49");
}

#[test]
fn de_50_in_fastapi_the_overrides_parameters_replace_the_old_ones() {
    PYTEST.assert_passed("de_50");
}
