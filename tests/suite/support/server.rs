//! The server with routes that no lesson has: panics, blocked threads, failing bodies.

use std::convert::Infallible;
use std::io;
use std::sync::mpsc;
use std::time::Duration;

use async_stream::stream;
use axum::Router;
use axum::body::Body;
use axum::routing::get;
use lesson_support::{ApiError, Server, Settings};
use lesson_tests::server::{client, send};
use lesson_tests::{Answer, End, rust_only};
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

/// A server of its own on this test's runtime.
struct Running {
    base_url: String,
    shutdown: CancellationToken,
    serving: JoinHandle<io::Result<()>>,
}

impl Running {
    async fn start(app: Router, grace: Duration) -> Self {
        let settings = Settings { port: 0, grace, ..Settings::default() };
        let server = Server::bind(settings).await.expect("a free port");
        Self {
            base_url: server.base_url(),
            shutdown: server.shutdown_token(),
            serving: tokio::spawn(server.serve(app)),
        }
    }

    async fn get(&self, path: &str) -> Answer {
        let request = client().get(format!("{}{path}", self.base_url));
        send(request, Duration::from_secs(1)).await
    }

    /// Tells it to stop, and waits until `serve` has returned.
    async fn stop(self) {
        self.shutdown.cancel();
        let ended = timeout(Duration::from_secs(15), self.serving).await;
        ended.expect("the end in time").expect("no panic").expect("no error");
    }
}

const LONG: Duration = Duration::from_secs(60);
const SHORT: Duration = Duration::from_millis(50);

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
async fn a_panic_in_a_body_breaks_it_off_after_what_was_sent() {
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
