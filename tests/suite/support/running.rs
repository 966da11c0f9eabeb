//! A server with routes of a test's own.

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::http::{HeaderMap, header};
use lesson_support::{AfterResponse, EventLog, Lesson, Options, Result, Server};
use lesson_support::{method_not_allowed, not_found, panic_response, request_log, shared_routes};
use lesson_tests::Answer;
use lesson_tests::server::{client, send};
use reqwest::RequestBuilder;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::timeout::RequestBodyTimeoutLayer;

/// A grace period that no test waits for.
pub const LONG: Duration = Duration::from_secs(60);

/// One that a test can wait for.
pub const SHORT: Duration = Duration::from_millis(50);

/// axum's own limit for the body of a request, in bytes.
pub const BODY_LIMIT: usize = 2 * 1024 * 1024;

/// A lesson with these routes: what `app` puts around them.
pub fn whole(routes: Router, read_timeout: Duration) -> Router {
    routes
        .merge(shared_routes(LESSON).with_state(EventLog::default()))
        .fallback(not_found)
        .method_not_allowed_fallback(method_not_allowed)
        .layer((
            request_log(),
            CatchPanicLayer::custom(panic_response),
            RequestBodyTimeoutLayer::new(read_timeout),
        ))
}

const LESSON: Lesson =
    Lesson { name: "test", title: "routes of a test", try_first: &[], readme: "nowhere" };

pub fn ms(duration: Duration) -> u64 {
    duration.as_millis().try_into().expect("a short time")
}

/// A server of its own on this test's runtime.
pub struct Running {
    pub base_url: String,
    pub shutdown: CancellationToken,
    serving: JoinHandle<Result<()>>,
}

impl Running {
    pub async fn start(app: Router, grace: Duration) -> Self {
        let app = whole(app, LONG);
        Self::start_with(|_| app, Options { grace_ms: ms(grace), ..Options::default() }).await
    }

    /// The same with an app whose work after the response the server waits for.
    pub async fn start_with(app: impl FnOnce(AfterResponse) -> Router, options: Options) -> Self {
        let server = Server::bind(Options { port: 0, ..options }).await.expect("a free port");
        let app = app(server.after_response());
        Self {
            base_url: server.base_url(),
            shutdown: server.shutdown_token(),
            serving: tokio::spawn(server.serve(app)),
        }
    }

    pub async fn get(&self, path: &str) -> Answer {
        let request = client().get(format!("{}{path}", self.base_url));
        send(request, Duration::from_secs(1)).await
    }

    /// Sends bytes as they are; what comes back until the server closes the connection.
    pub async fn exchange(&self, bytes: &str) -> String {
        let address = self.base_url.trim_start_matches("http://");
        let mut stream = TcpStream::connect(address).await.expect("a connection");
        stream.write_all(bytes.as_bytes()).await.expect("sent");
        let mut answer = String::new();
        let reading = timeout(Duration::from_secs(15), stream.read_to_string(&mut answer));
        reading.await.expect("closed in time").expect("text");
        answer
    }

    /// Tells it to stop, and waits until `serve` has returned.
    pub async fn stop(self) {
        self.shutdown.cancel();
        let ended = timeout(Duration::from_secs(15), self.serving).await;
        ended.expect("the end in time").expect("no panic").expect("no error");
    }
}

/// Serves an app on a free port of this test's runtime, as `axum::serve` does; its address.
pub async fn serve(app: Router) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let service = app.into_make_service_with_connect_info::<SocketAddr>();
    tokio::spawn(axum::serve(listener, service).into_future());
    format!("http://{address}")
}

/// What an app answers behind `axum::serve` and behind the lessons' server, which must be the
/// same: the status, the headers but `date`, and the body.
pub async fn answer_of_both(
    app: &Router,
    request: impl Fn(&str) -> RequestBuilder,
) -> (u16, HeaderMap, String) {
    let options = Options { grace_ms: ms(LONG), ..Options::default() };
    let running = Running::start_with(|_| app.clone(), options).await;
    let axums = answer(request(&serve(app.clone()).await)).await;
    let ours = answer(request(&running.base_url)).await;
    running.stop().await;
    assert_eq!(axums, ours, "axum::serve, and ours");
    ours
}

async fn answer(request: RequestBuilder) -> (u16, HeaderMap, String) {
    let mut answer = send(request, Duration::from_secs(1)).await;
    answer.headers.remove(header::DATE);
    (answer.status, answer.headers.clone(), answer.text().await)
}
