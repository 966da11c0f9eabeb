//! The exit stack and the layer around it, under conditions that no lesson makes: what
//! fails, panics, leaves, and is cut.

use std::panic::panic_any;
use std::time::Duration;

use axum::body::Body;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{AppendHeaders, Response};
use axum::routing::{MethodRouter, get};
use axum::{Extension, Router};
use lesson_support::background::BackgroundTasks;
use lesson_support::request_scope::Cancelled;
use lesson_support::{
    AfterResponse, ApiError, ExitStack, Options, Outcome, request_scope, run_to_the_end,
};
use lesson_tests::rust_only;
use lesson_tests::server::{client, send};
use reqwest::Method;
use scopeguard::{ScopeGuard, guard};
use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::running::{LONG, Running, SHORT, ms};

/// What the handlers tell their test: an event log that can be waited for.
#[derive(Clone)]
struct Tell(UnboundedSender<String>);

impl Tell {
    fn say(&self, line: impl Into<String>) {
        // A test that has ended hears no more.
        let _ = self.0.send(line.into());
    }

    /// A teardown that tells the outcome which it was given, and passes it on.
    fn outcome(&self, name: &'static str) -> impl AsyncTeardown {
        let tell = self.clone();
        move |outcome: Outcome| {
            tell.say(format!("{name}: {}", described(&outcome)));
            async { outcome }
        }
    }
}

trait AsyncTeardown: FnOnce(Outcome) -> Self::Ending + Send + 'static {
    type Ending: Future<Output = Outcome> + Send + 'static;
}

impl<T, F> AsyncTeardown for T
where
    T: FnOnce(Outcome) -> F + Send + 'static,
    F: Future<Output = Outcome> + Send + 'static,
{
    type Ending = F;
}

fn described(outcome: &Outcome) -> String {
    match outcome {
        Ok(()) => "ok".into(),
        Err(error) if error.downcast_ref::<Cancelled>().is_some() => "cancelled".into(),
        Err(error) => match error.detail() {
            Some(detail) => format!("{} {detail}", error.status()),
            None => "unexpected".into(),
        },
    }
}

struct Heard(UnboundedReceiver<String>);

impl Heard {
    /// Waits for the next line.
    async fn next(&mut self) -> String {
        let line = timeout(Duration::from_secs(10), self.0.recv()).await;
        line.expect("a line in time").expect("a line")
    }

    async fn take(&mut self, count: usize) -> Vec<String> {
        let mut lines = Vec::new();
        while lines.len() < count {
            lines.push(self.next().await);
        }
        lines
    }

    /// What was said and not yet heard.
    fn rest(mut self) -> Vec<String> {
        std::iter::from_fn(|| self.0.try_recv().ok()).collect()
    }
}

/// A server with one route inside a request scope.
async fn start(route: MethodRouter, grace: Duration) -> (Running, Heard) {
    start_app(|after| scoped(Router::new().route("/", route), after), grace).await
}

/// The layer around routes.
fn scoped(routes: Router, after: AfterResponse) -> Router {
    routes.layer(from_fn_with_state(after, request_scope))
}

async fn start_app(app: impl FnOnce(AfterResponse) -> Router, grace: Duration) -> (Running, Heard) {
    let (sender, receiver) = mpsc::unbounded_channel();
    let app = |after| app(after).layer(from_fn(tell_when_dropped)).layer(Extension(Tell(sender)));
    let options = Options { grace_ms: ms(grace), ..Options::default() };
    (Running::start_with(app, options).await, Heard(receiver))
}

/// Tells that axum does not wait for the answer any more.
async fn tell_when_dropped(
    Extension(tell): Extension<Tell>,
    request: Request,
    next: Next,
) -> Response {
    let dropped = guard((), |()| tell.say("dropped"));
    let response = next.run(request).await;
    ScopeGuard::into_inner(dropped);
    response
}

/// A client that can be sent away: `abort` closes its connection.
fn ask(server: &Running) -> JoinHandle<()> {
    let url = server.base_url.clone();
    tokio::spawn(async move { drop(client().get(url).send().await) })
}

async fn panics(_: Outcome) -> Outcome {
    panic_any("a teardown panics")
}

#[tokio::test]
async fn a_teardown_that_fails_or_panics_keeps_no_other_from_running() {
    rust_only!("needs routes of its own");
    async fn handler(exit_stack: ExitStack, Extension(tell): Extension<Tell>) {
        exit_stack.push(tell.outcome("first"));
        exit_stack.push(panics);
        exit_stack.push(tell.outcome("second"));
        exit_stack.push(async |_| Err(ApiError::from_status(StatusCode::CONFLICT)));
        exit_stack.push(tell.outcome("third"));
    }
    let (server, mut heard) = start(get(handler), LONG).await;
    assert_eq!(server.get("/").await.status, 200);
    let lines = heard.take(3).await;
    assert_eq!(lines, ["third: ok", "second: 409 Conflict \"Conflict\"", "first: unexpected"]);
    server.stop().await;
}

#[tokio::test]
async fn it_changes_the_answer_of_a_handler_that_fails() {
    rust_only!("needs routes of its own");
    async fn handler(
        exit_stack: ExitStack,
        Extension(tell): Extension<Tell>,
    ) -> Result<(), ApiError> {
        exit_stack.push(tell.outcome("first"));
        exit_stack.push(async |_| Err(ApiError::from_status(StatusCode::CONFLICT)));
        exit_stack.push(panics);
        exit_stack.push(tell.outcome("second"));
        Err(ApiError::from_status(StatusCode::GONE))
    }
    let (server, mut heard) = start(get(handler), LONG).await;
    let answer = server.get("/").await;
    assert_eq!((answer.status, answer.text().await.as_str()), (409, r#"{"detail":"Conflict"}"#));
    let lines = heard.take(2).await;
    assert_eq!(lines, ["second: 410 Gone \"Gone\"", "first: 409 Conflict \"Conflict\""]);
    server.stop().await;
}

#[tokio::test]
async fn a_panic_before_a_teardown_has_made_its_future_is_caught_too() {
    rust_only!("needs routes of its own");
    async fn handler(exit_stack: ExitStack, Extension(tell): Extension<Tell>) {
        exit_stack.push(tell.outcome("first"));
        exit_stack.push(|outcome: Outcome| {
            assert!(outcome.is_err(), "a teardown panics at once");
            async { outcome }
        });
    }
    let (server, mut heard) = start(get(handler), LONG).await;
    assert_eq!(server.get("/").await.status, 200);
    assert_eq!(heard.next().await, "first: unexpected");
    server.stop().await;
}

#[tokio::test]
async fn a_panic_in_a_handler_runs_the_teardowns_and_is_a_500() {
    rust_only!("needs routes of its own");
    async fn handler(exit_stack: ExitStack, Extension(tell): Extension<Tell>) {
        exit_stack.push(tell.outcome("teardown"));
        panic_any("a secret of the server")
    }
    let (server, mut heard) = start(get(handler), LONG).await;
    let answer = server.get("/").await;
    assert_eq!((answer.status, answer.text().await.as_str()), (500, "Internal Server Error"));
    assert_eq!(heard.next().await, "teardown: unexpected");
    server.stop().await;
}

#[tokio::test]
async fn a_teardown_may_push_another() {
    rust_only!("needs routes of its own");
    async fn handler(exit_stack: ExitStack, Extension(tell): Extension<Tell>) {
        let again = exit_stack.clone();
        exit_stack.push(tell.outcome("first"));
        exit_stack.push(async move |outcome| {
            again.push(tell.outcome("pushed later"));
            outcome
        });
    }
    let (server, mut heard) = start(get(handler), LONG).await;
    assert_eq!(server.get("/").await.status, 200);
    assert_eq!(heard.take(2).await, ["pushed later: ok", "first: ok"]);
    server.stop().await;
}

/// hyper polls none of these bodies, and drops the first and the last one before their time.
#[tokio::test]
async fn bodies_that_are_never_polled_end_the_scope() {
    rust_only!("needs routes of its own");
    async fn handler(
        exit_stack: ExitStack,
        tasks: BackgroundTasks,
        Extension(tell): Extension<Tell>,
        method: Method,
    ) -> (StatusCode, Body) {
        exit_stack.push(tell.outcome("teardown"));
        tasks.add_task(async move { tell.say("task") });
        match method {
            Method::HEAD => (StatusCode::OK, Body::from("not sent")),
            Method::PUT => (StatusCode::NO_CONTENT, Body::empty()),
            Method::POST => (StatusCode::NOT_MODIFIED, Body::from("not sent")),
            _ => (StatusCode::OK, Body::empty()),
        }
    }
    let route = get(handler).put(handler).post(handler).delete(handler);
    let (server, mut heard) = start(route, LONG).await;
    for method in [Method::HEAD, Method::PUT, Method::POST, Method::DELETE] {
        let answer = client().request(method, &server.base_url).send().await;
        assert_eq!(answer.expect("an answer").text().await.expect("a body"), "");
        assert_eq!(heard.take(2).await, ["task", "teardown: ok"]);
    }
    server.stop().await;
}

#[tokio::test]
async fn a_handler_that_its_client_leaves_is_cancelled_and_torn_down() {
    rust_only!("needs routes of its own");
    let (server, mut heard) = start(get(stuck), LONG).await;
    let client = ask(&server);
    assert_eq!(heard.next().await, "handler");
    client.abort();
    let lines = heard.take(4).await;
    assert_eq!(lines, ["handler dropped", "task dropped", "dropped", "teardown: cancelled"]);
    server.stop().await;
}

/// A handler that never answers, and tells when it is dropped.
async fn stuck(exit_stack: ExitStack, tasks: BackgroundTasks, Extension(tell): Extension<Tell>) {
    exit_stack.push(tell.outcome("teardown"));
    let in_task = guard(tell.clone(), |tell| tell.say("task dropped"));
    tasks.add_task(async move { in_task.say("a task of a cancelled handler") });
    tell.say("handler");
    let _dropped = guard(tell, |tell| tell.say("handler dropped"));
    std::future::pending::<()>().await;
}

#[tokio::test]
async fn the_grace_period_cuts_the_handler_and_waits_for_its_teardown() {
    rust_only!("needs routes of its own");
    async fn handler(exit_stack: ExitStack, Extension(tell): Extension<Tell>) {
        exit_stack.push(tell.outcome("outer"));
        exit_stack.push(async |outcome| {
            // Longer than the moment in which a process that waits for nobody ends.
            tokio::time::sleep(SHORT).await;
            outcome
        });
        tell.say("handler");
        std::future::pending::<()>().await;
    }
    let (server, mut heard) = start(get(handler), SHORT).await;
    let client = ask(&server);
    assert_eq!(heard.next().await, "handler");
    server.stop().await;
    // No wait here: when `serve` has returned it is done.
    assert_eq!(heard.rest(), ["dropped", "outer: cancelled"]);
    client.abort();
}

#[tokio::test]
async fn a_shutdown_waits_for_a_teardown_that_has_begun() {
    rust_only!("needs routes of its own");
    let gate = CancellationToken::new();
    let (server, mut heard) = start(get(gated_ok).layer(Extension(gate.clone())), LONG).await;
    assert_eq!(server.get("/").await.text().await, "answered");
    assert_eq!(heard.next().await, "inner begins");
    server.shutdown.cancel();
    gate.cancel();
    server.stop().await;
    assert_eq!(heard.rest(), ["inner ends", "outer: ok"]);
}

async fn gated_ok(
    exit_stack: ExitStack,
    Extension(tell): Extension<Tell>,
    Extension(gate): Extension<CancellationToken>,
) -> &'static str {
    exit_stack.push(tell.outcome("outer"));
    exit_stack.push(async move |outcome| {
        tell.say("inner begins");
        gate.cancelled().await;
        tell.say("inner ends");
        outcome
    });
    "answered"
}

#[tokio::test]
async fn a_client_that_leaves_during_the_teardowns_neither_stops_nor_mixes_them() {
    rust_only!("needs routes of its own");
    async fn handler(
        exit_stack: ExitStack,
        tell: Extension<Tell>,
        gate: Extension<CancellationToken>,
    ) -> Result<(), ApiError> {
        gated_ok(exit_stack, tell, gate).await;
        Err(ApiError::from_status(StatusCode::GONE))
    }
    let gate = CancellationToken::new();
    let (server, mut heard) = start(get(handler).layer(Extension(gate.clone())), LONG).await;
    let client = ask(&server);
    assert_eq!(heard.next().await, "inner begins");
    client.abort();
    assert_eq!(heard.next().await, "dropped");
    gate.cancel();
    assert_eq!(heard.take(2).await, ["inner ends", "outer: 410 Gone \"Gone\""]);
    server.stop().await;
}

#[tokio::test]
async fn a_handler_that_runs_to_its_end_does_so_without_its_client() {
    rust_only!("needs routes of its own");
    let gate = CancellationToken::new();
    let (server, mut heard) = left_alone(gate.clone()).await;
    gate.cancel();
    assert_eq!(heard.take(3).await, ["handler ends", "task", "teardown: ok"]);
    server.stop().await;
}

#[tokio::test]
async fn the_shutdown_waits_for_it() {
    rust_only!("needs routes of its own");
    let gate = CancellationToken::new();
    let (server, heard) = left_alone(gate.clone()).await;
    server.shutdown.cancel();
    gate.cancel();
    server.stop().await;
    assert_eq!(heard.rest(), ["handler ends", "task", "teardown: ok"]);
}

#[tokio::test]
async fn the_grace_period_cuts_it_all_the_same() {
    rust_only!("needs routes of its own");
    let (server, mut heard) = start_to_the_end(CancellationToken::new(), SHORT).await;
    let client = ask(&server);
    assert_eq!(heard.next().await, "handler begins");
    server.stop().await;
    assert_eq!(heard.rest(), ["dropped", "teardown: cancelled"]);
    client.abort();
}

/// A handler that has begun, waits for the gate, and has lost its client.
async fn left_alone(gate: CancellationToken) -> (Running, Heard) {
    let (server, mut heard) = start_to_the_end(gate, LONG).await;
    let client = ask(&server);
    assert_eq!(heard.next().await, "handler begins");
    client.abort();
    assert_eq!(heard.next().await, "dropped");
    (server, heard)
}

async fn start_to_the_end(gate: CancellationToken, grace: Duration) -> (Running, Heard) {
    async fn handler(
        exit_stack: ExitStack,
        tasks: BackgroundTasks,
        Extension(tell): Extension<Tell>,
        Extension(gate): Extension<CancellationToken>,
    ) {
        exit_stack.push(tell.outcome("teardown"));
        tell.say("handler begins");
        gate.cancelled().await;
        tell.say("handler ends");
        tasks.add_task(async move { tell.say("task") });
    }
    let app = |after: AfterResponse| {
        scoped(Router::new().route("/", get(handler)), after.clone())
            .layer(from_fn_with_state(after, run_to_the_end))
            .layer(Extension(gate))
    };
    start_app(app, grace).await
}

#[tokio::test]
async fn without_the_layer_a_dependency_fails_and_the_client_is_told_nothing() {
    rust_only!("needs routes of its own");
    async fn handler(_: ExitStack) {}
    let (server, _heard) = start_app(|_| Router::new().route("/", get(handler)), LONG).await;
    let answer = server.get("/").await;
    assert_eq!((answer.status, answer.text().await.as_str()), (500, "Internal Server Error"));
    server.stop().await;
}

#[tokio::test]
async fn an_error_response_is_made_anew_so_what_inner_layers_added_is_lost() {
    rust_only!("needs routes of its own");
    async fn add_header(
        request: Request,
        next: Next,
    ) -> (AppendHeaders<[(&'static str, &'static str); 1]>, Response) {
        (AppendHeaders([("x-layer", "was here")]), next.run(request).await)
    }
    let refuse = async || Err::<(), _>(ApiError::from_status(StatusCode::GONE));
    let app = Router::new().route("/", get(async || ()).post(refuse));
    let inner = app.clone();
    let inside = move |after| scoped(inner.layer(from_fn(add_header)), after);
    let outside = move |after| scoped(app, after).layer(from_fn(add_header));
    let started =
        [(start_app(inside, LONG).await, None), (start_app(outside, LONG).await, Some("was here"))];
    for ((server, _heard), expected) in started {
        assert_eq!(server.get("/").await.header("x-layer"), Some("was here"));
        let request = client().post(&server.base_url);
        let refusal = send(request, Duration::from_secs(1)).await;
        assert_eq!((refusal.status, refusal.header("x-layer")), (410, expected));
        server.stop().await;
    }
}
