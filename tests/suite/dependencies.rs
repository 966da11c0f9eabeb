//! The claims of the dependencies lesson, which `lessons/dependencies/docs/claims.md` lists.

mod body;
mod cached;
mod checked;
mod class;
mod current_user;
mod function;
mod guards;
mod instance;
mod layers;
mod read_body;
mod sub;
mod time_limit;
mod yield_endings;
mod yield_errors;
mod yield_log;
mod yield_once;
mod yield_scopes;
mod yield_timing;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::request::Builder;
use axum::response::Response;
use lesson_dependencies::AppState;
use lesson_dependencies::current_user::InMemorySessions;
use lesson_dependencies::guards::Secrets;
use lesson_dependencies::instance::FixedContentQueryChecker;
use lesson_support::{AfterResponse, EventLog, Tick};
use lesson_tests::fastapi::Pytest;
use lesson_tests::{Answer, TestServer, expect, fastapi, rust};
use reqwest::Method;
use tower::ServiceExt;

/// What can be said about FastAPI only from inside.
static PYTEST: Pytest = Pytest::of("dependencies");

async fn start() -> TestServer {
    TestServer::start("dependencies").await
}

/// A fresh state, for a test that calls a router in process.
fn state() -> AppState {
    AppState {
        tick: Tick::from_ms(1),
        events: EventLog::default(),
        after: AfterResponse::default(),
        read_timeout: Duration::from_secs(30),
        made: Arc::default(),
        secrets: Secrets::fake(),
        checker: FixedContentQueryChecker::new("bar"),
        sessions: Arc::new(InMemorySessions::of_alice()),
    }
}

/// Calls a router in process.
async fn ask(app: Router, request: Builder) -> Response {
    let request = request.body(Body::empty()).expect("a request");
    app.oneshot(request).await.expect("an answer")
}

async fn text(response: Response) -> String {
    let body = to_bytes(response.into_body(), usize::MAX).await.expect("a body");
    String::from_utf8(body.into()).expect("UTF-8")
}

const TOKEN: (&str, &str) = ("X-Token", "fake-super-secret-token");
const KEY: (&str, &str) = ("X-Key", "fake-super-secret-key");

async fn get_with(server: &TestServer, path: &str, headers: &[(&str, &str)]) -> Answer {
    let request = server.request(Method::GET, path);
    let request =
        headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    server.send(request).await
}

async fn assert_json(answer: Answer, status: u16, body: &str) {
    assert_eq!((answer.status, answer.content_type()), (status, Some("application/json")));
    let length = answer.header("content-length").map(str::to_owned);
    assert_eq!(answer.text().await, body);
    assert_eq!(length, Some(body.len().to_string()), "content-length");
}

async fn assert_get(server: &TestServer, path: &str, body: &str) {
    assert_json(server.get(path).await, 200, body).await;
}

/// FastAPI redirects a path with a slash too few or too many; axum has no route there.
async fn assert_redirect(server: &TestServer, status: u16, path: &str, right: &str) {
    let answer = server.get(path).await;
    assert_eq!(answer.status, status, "{path}");
    let location = answer.header("location").and_then(|to| to.strip_prefix(server.base_url()));
    assert_eq!(location, expect(rust(None), fastapi(Some(right))), "{path}");
    let json = Some("application/json");
    assert_eq!(answer.content_type(), expect(rust(json), fastapi(None)), "{path}");
    assert_eq!(answer.text().await, expect(rust(r#"{"detail":"Not Found"}"#), fastapi("")));
}

/// The body of a 422.
fn invalid(problems: &[String]) -> String {
    format!(r#"{{"detail":[{}]}}"#, problems.join(","))
}

fn missing(source: &str, name: &str) -> String {
    format!(
        r#"{{"type":"missing","loc":["{source}","{name}"],"msg":"Field required","input":null}}"#
    )
}

fn no_integer(source: &str, name: &str, input: &str) -> String {
    format!(
        r#"{{"type":"int_parsing","loc":["{source}","{name}"],"msg":"Input should be a valid integer, unable to parse string as an integer","input":"{input}"}}"#
    )
}
