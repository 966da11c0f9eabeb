//! The server and its layers with routes that no lesson has: panics, blocked threads, clients
//! that stop in the middle, and what a reader adds.

use std::convert::Infallible;
use std::io;
use std::sync::mpsc;

use async_stream::stream;
use axum::Router;
use axum::body::Body;
use axum::routing::{get, post};
use fastapi_extract::Json;
use lesson_support::{ApiError, Options};
use lesson_tests::server::{client, send};
use lesson_tests::{End, rust_only};
use tokio::task::yield_now;
use tokio_util::sync::CancellationToken;

use super::running::{BODY_LIMIT, LONG, Running, SHORT, ms, whole};

#[tokio::test]
async fn a_panic_in_a_handler_is_a_500_and_the_server_lives() {
    rust_only!("needs routes of its own");
    let app = Router::new().route("/panic", get(panicking));
    let server = Running::start(app, LONG).await;
    let answer = server.get("/panic").await;
    assert_eq!(answer.status, 500);
    assert_eq!(answer.content_type(), Some("text/plain; charset=utf-8"));
    assert_eq!(answer.text().await, "Internal Server Error");
    assert_eq!(server.get("/ping").await.text().await, r#""pong""#);
    server.stop().await;
}

async fn panicking() -> &'static str {
    panic!("a secret of the server");
}

#[tokio::test]
async fn a_panic_in_a_body_breaks_it_off_and_the_server_lives() {
    rust_only!("needs routes of its own");
    let app = Router::new().route("/panic", get(async || Body::from_stream(panicking_body())));
    let server = Running::start(app, LONG).await;
    let body = server.get("/panic").await.rest().await;
    assert_eq!((body.texts(), body.end), (vec!["before"], End::Broken));
    assert_eq!(server.get("/ping").await.text().await, r#""pong""#);
    server.stop().await;
}

fn panicking_body() -> impl futures_util::Stream<Item = Result<&'static str, Infallible>> {
    stream! {
        yield Ok("before");
        yield_now().await; // hyper sends what it has
        panic!("a secret of the server");
    }
}

#[tokio::test]
async fn an_unexpected_error_of_a_handler_tells_the_client_nothing() {
    rust_only!("needs routes of its own");
    let failing = async || Err::<(), _>(ApiError::from(io::Error::other("a secret")));
    let server = Running::start(Router::new().route("/fails", get(failing)), LONG).await;
    let answer = server.get("/fails").await;
    assert_eq!(answer.status, 500);
    assert_eq!(answer.text().await, "Internal Server Error");
    server.stop().await;
}

#[tokio::test]
async fn a_request_in_flight_is_answered_before_serve_returns() {
    rust_only!("needs routes of its own");
    let (enter, entered) = mpsc::channel();
    let go_on = CancellationToken::new();
    let gate = go_on.clone();
    let slow = async move || {
        enter.send(()).expect("the test waits");
        gate.cancelled().await;
        "done"
    };
    let server = Running::start(Router::new().route("/slow", get(slow)), LONG).await;
    let url = format!("{}/slow", server.base_url);
    let answer = tokio::spawn(async { send(client().get(url), LONG).await.text().await });
    wait_for(entered).await;
    server.shutdown.cancel();
    go_on.cancel();
    assert_eq!(answer.await.expect("an answer"), "done");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_handler_that_blocks_its_thread_does_not_hold_the_shutdown() {
    rust_only!("needs routes of its own");
    let (enter, entered) = mpsc::channel();
    let (_release, released) = mpsc::channel::<()>();
    let released = std::sync::Mutex::new(released);
    let blocked = async move || {
        enter.send(()).expect("the test waits");
        // It ends when the test drops the other side.
        let _ = released.lock().expect("an unbroken lock").recv();
    };
    let blocked = std::sync::Arc::new(blocked);
    let app = Router::new().route("/blocked", get(move || async move { blocked().await }));
    let server = Running::start(app, SHORT).await;
    let url = format!("{}/blocked", server.base_url);
    let request = tokio::spawn(client().get(url).send());
    wait_for(entered).await;
    server.stop().await;
    request.abort();
}

async fn wait_for(entered: mpsc::Receiver<()>) {
    let entered = tokio::task::spawn_blocking(move || entered.recv());
    entered.await.expect("no panic").expect("the handler begins");
}

/// Takes a JSON body, and lets a client be silent for a moment only.
async fn impatient() -> Running {
    let app = Router::new().route("/json", post(async |Json(value): Json<String>| value));
    let app = whole(app, SHORT);
    let options = Options { read_timeout_ms: ms(SHORT), ..Options::default() };
    Running::start_with(|_| app, options).await
}

#[tokio::test]
async fn a_head_that_does_not_end_closes_the_connection() {
    rust_only!("needs a short time limit");
    let server = impatient().await;
    assert_eq!(server.exchange("POST /json HTTP/1.1\r\nHost: x\r\nX-Slow: ").await, "");
    server.stop().await;
}

#[tokio::test]
async fn a_body_that_does_not_go_on_is_408() {
    rust_only!("needs a short time limit");
    let server = impatient().await;
    let head = "POST /json HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n";
    let answer = server.exchange(&format!("{head}Content-Length: 10\r\n\r\n\"begun")).await;
    assert!(answer.starts_with("HTTP/1.1 408 Request Timeout\r\n"), "{answer}");
    assert!(answer.ends_with("\r\n\r\n{\"detail\":\"Request Timeout\"}"), "{answer}");
    server.stop().await;
}

#[tokio::test]
async fn an_idle_connection_is_closed_after_its_answer() {
    rust_only!("needs a short time limit");
    let server = impatient().await;
    let answer = server.exchange("GET /ping HTTP/1.1\r\nHost: x\r\n\r\n").await;
    assert!(answer.ends_with("\r\n\r\n\"pong\""), "{answer}");
    server.stop().await;
}

#[tokio::test]
async fn a_body_may_have_two_mebibytes_and_no_byte_more() {
    rust_only!("needs routes of its own");
    let app = Router::new().route("/json", post(async |Json(text): Json<String>| text));
    let server = Running::start(app, LONG).await;
    for (text_length, status) in [(BODY_LIMIT - 2, 200), (BODY_LIMIT - 1, 413)] {
        let body = format!("\"{}\"", "x".repeat(text_length));
        let request = client().post(format!("{}/json", server.base_url));
        let request = request.header("content-type", "application/json").body(body);
        let answer = send(request, LONG).await;
        assert_eq!(answer.status, status);
        let text = answer.text().await;
        match status {
            200 => assert_eq!(text.len(), text_length),
            _ => assert_eq!(text, r#"{"detail":"Payload Too Large"}"#),
        }
    }
    server.stop().await;
}
