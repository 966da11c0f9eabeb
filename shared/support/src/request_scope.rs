//! The scope of a request: from before its first extractor until after its response.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt;
use http_body::{Frame, SizeHint};
use tokio::runtime::Handle;
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;
use tracing::{Instrument, Span};

use crate::after_response::AfterResponse;
use crate::background::BackgroundTasks;
use crate::error::{ApiError, panic_message, take_error};
use crate::exit_stack::{ExitStack, Outcome};
use crate::routes::panic_response;

/// The layer that [`ExitStack`] and [`BackgroundTasks`] need: puts both into the request,
/// and brings them to their end after it.
///
/// `router.layer(axum::middleware::from_fn_with_state(state.clone(), request_scope))`, where
/// the state has an [`AfterResponse`].
///
/// - The handler, or an extractor before it, fails with an [`ApiError`], or panics: the
///   background tasks are dropped, the teardowns run, and what they make of the error is
///   the answer.
/// - It succeeds: the answer is sent; then the background tasks run, and then the teardowns.
///   What fails now comes too late for the client and is logged.
/// - It is dropped before it answers, as axum does when the client leaves: the teardowns
///   run, with [`Cancelled`] as the outcome. A client that leaves in the middle of a body
///   counts as success: the tasks run, too.
///
/// An error that is neither an [`ApiError`] nor a rejection of `fastapi_extract` is a response
/// like any other: it counts as success.
///
/// See FastAPI's [dependencies with yield], "Execution of dependencies with yield".
///
/// [dependencies with yield]: https://fastapi.tiangolo.com/tutorial/dependencies/dependencies-with-yield/
// ANCHOR: layer
pub async fn request_scope(
    State(after): State<AfterResponse>,
    mut request: Request,
    next: Next,
) -> Response {
    let scope = Scope::open(after, &mut request);
    let answering = AssertUnwindSafe(next.run(request)).catch_unwind();
    let mut response = answering.await.unwrap_or_else(panic_response);
    match take_error(&mut response) {
        Some(error) => scope.refuse(error).await,
        None => scope.accept(response),
    }
}
// ANCHOR_END: layer

// ANCHOR: run-to-the-end
/// The layer for handlers that must not stop half-way: when the client leaves, they run on,
/// as FastAPI's do. The shutdown waits for them until its grace period is over.
///
/// axum drops a handler at its `await` when its client leaves, and a [`request_scope`]
/// outside of this layer ends there. So put one inside:
///
/// ```text
/// .layer(from_fn_with_state(state.clone(), request_scope))
/// .layer(from_fn_with_state(state.clone(), run_to_the_end))
/// ```
pub async fn run_to_the_end(
    State(after): State<AfterResponse>,
    request: Request,
    next: Next,
) -> Response {
    let cut = after.cut.clone();
    let running = async move {
        let response = cut.run_until_cancelled(next.run(request)).await;
        response.unwrap_or_else(|| ApiError::unexpected(Cancelled).into_response())
    };
    Work::of(after).finish(running).await
}
// ANCHOR_END: run-to-the-end

/// The outcome of a handler that was dropped before it answered, or of work that was cut.
///
/// It is Python's `CancelledError`: the client left, or the grace period of the shutdown
/// is over. A teardown that asks for it: `error.downcast_ref::<Cancelled>()`.
#[derive(Debug, thiserror::Error)]
#[error("cancelled before its end")]
pub struct Cancelled;

/// The outcome of a response that broke off: its body failed when its head was sent.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{0}")]
pub struct BrokeOff(Arc<axum::Error>);

const SWALLOWED: &str = "a teardown swallowed the error, so there is no response: \
    a teardown must return the error that it was given, or another one";

/// One request's teardowns and tasks, and how the request went.
///
/// Whoever holds it last drops it, and that starts them: the layer, if it is dropped with
/// the handler inside; else the body of the response. `Drop` is the one moment that always
/// comes: hyper does not poll a body that is empty, or that answers HEAD.
struct Scope {
    exit_stack: ExitStack,
    tasks: BackgroundTasks,
    outcome: Outcome,
    work: Work,
}

impl Scope {
    // ANCHOR: open
    fn open(after: AfterResponse, request: &mut Request) -> Self {
        let scope = Self {
            exit_stack: ExitStack::default(),
            tasks: BackgroundTasks::default(),
            outcome: Err(ApiError::unexpected(Cancelled)),
            work: Work::of(after),
        };
        request.extensions_mut().insert(scope.exit_stack.clone());
        request.extensions_mut().insert(scope.tasks.clone());
        scope
    }
    // ANCHOR_END: open

    // ANCHOR: refuse
    /// The handler failed: teardowns first, they can change the answer.
    async fn refuse(mut self, error: ApiError) -> Response {
        self.tasks.clear();
        // Taken out: if the client leaves now, `drop` must not run the rest beside it.
        let exit_stack = std::mem::take(&mut self.exit_stack);
        let unwinding = async move {
            let outcome = exit_stack.unwind(Err(error)).await;
            outcome.err().unwrap_or_else(|| ApiError::unexpected(SWALLOWED)).into_response()
        };
        self.work.finish(unwinding).await
    }
    // ANCHOR_END: refuse

    // ANCHOR: accept
    /// The handler succeeded: everything else waits for the end of the body.
    fn accept(mut self, mut response: Response) -> Response {
        if let Some(own) = response.extensions_mut().remove::<BackgroundTasks>() {
            self.tasks.append(&own);
        }
        self.outcome = Ok(());
        response.map(|body| Body::new(ScopedBody { body, scope: self }))
    }
    // ANCHOR_END: accept
}

// ANCHOR: drop
impl Drop for Scope {
    fn drop(&mut self) {
        if self.outcome.is_err() {
            self.work.span.in_scope(|| drop_waiting(&self.tasks));
        }
        if self.tasks.is_empty() && self.exit_stack.is_empty() {
            return;
        }
        let outcome = std::mem::replace(&mut self.outcome, Ok(()));
        self.work.run(self.tasks.clone(), self.exit_stack.clone(), outcome);
    }
}

/// A body that holds the request's scope until it is dropped, finished or not.
struct ScopedBody {
    body: Body,
    scope: Scope,
}
// ANCHOR_END: drop

impl HttpBody for ScopedBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let poll = AssertUnwindSafe(|| Pin::new(&mut self.body).poll_frame(cx));
        // A panic inside must not look like a good end to the teardowns.
        let frame = catch_unwind(poll).unwrap_or_else(|panic| {
            Poll::Ready(Some(Err(axum::Error::new(panic_message(panic.as_ref())))))
        });
        Poll::Ready(ready!(frame).map(|frame| {
            frame.map_err(|error| {
                let error = BrokeOff(Arc::new(error));
                self.scope.outcome = Err(error.clone().into());
                axum::Error::new(error)
            })
        }))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// Where the work of one request runs that its client can neither stop nor see.
struct Work {
    after: AfterResponse,
    /// A body can be dropped where there is no runtime.
    runtime: Handle,
    span: Span,
}

impl Work {
    fn of(after: AfterResponse) -> Self {
        Self { after, runtime: Handle::current(), span: Span::current() }
    }

    /// Runs work on the tracker, so that the shutdown waits for it.
    fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
        self.after.tracker.spawn_on(work.instrument(self.span.clone()), &self.runtime);
    }

    // ANCHOR: finish
    /// Runs work to its end, even if the caller is dropped before it, as axum drops a layer
    /// whose client leaves. Then the request's log shows no error, so it is logged here.
    async fn finish(&self, work: impl Future<Output = Response> + Send + 'static) -> Response {
        let (answer, answered) = oneshot::channel();
        self.spawn(async move {
            let ended = AssertUnwindSafe(work).catch_unwind().await;
            // A response that nobody waits for is dropped here, still on the tracker: the scope
            // in its body may start more work.
            if let Err(response) = answer.send(ended.unwrap_or_else(panic_response))
                && let Some(error) = response.extensions().get::<ApiError>()
            {
                error.log_late();
            }
        });
        answered.await.unwrap_or_else(|_| ApiError::unexpected(Cancelled).into_response())
    }
    // ANCHOR_END: finish

    // ANCHOR: run
    /// Starts the tasks, and after them the teardowns.
    fn run(&self, tasks: BackgroundTasks, exit_stack: ExitStack, outcome: Outcome) {
        let cut = self.after.cut.clone();
        self.spawn(async move {
            let outcome = match outcome {
                Ok(()) => run_tasks(&tasks, &cut).await,
                Err(error) => Err(error),
            };
            if let Err(error) = exit_stack.unwind(outcome).await {
                log_late(&error);
            }
        });
    }
    // ANCHOR_END: run
}

async fn run_tasks(tasks: &BackgroundTasks, cut: &CancellationToken) -> Outcome {
    let outcome = cut.run_until_cancelled(tasks.run()).await;
    drop_waiting(tasks);
    outcome.unwrap_or_else(|| Err(Cancelled.into()))
}

/// Drops the tasks that wait, and says in the log how many.
fn drop_waiting(tasks: &BackgroundTasks) {
    let dropped = tasks.clear();
    if dropped > 0 {
        tracing::warn!(dropped, "background tasks that never started");
    }
}

/// A body that broke off is in the log already, and a client may leave.
fn log_late(error: &ApiError) {
    if error.downcast_ref::<BrokeOff>().is_none() && error.downcast_ref::<Cancelled>().is_none() {
        error.log_late();
    }
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::Mutex;
    use std::time::Duration;

    use axum::Router;
    use axum::body::to_bytes;
    use axum::middleware::from_fn_with_state;
    use axum::routing::get;
    use futures_util::stream;
    use tokio::task::yield_now;
    use tokio::time::timeout;
    use tower::ServiceExt;

    use super::*;

    /// The log of a test.
    #[derive(Clone, Default)]
    struct Log(Arc<Mutex<Vec<u8>>>);

    impl Log {
        /// Takes what is logged on this thread, which is the only one of a test's runtime.
        fn start(&self) -> tracing::subscriber::DefaultGuard {
            let writer = self.clone();
            let subscriber = tracing_subscriber::fmt()
                .with_ansi(false)
                .with_writer(move || writer.clone())
                .finish();
            tracing::subscriber::set_default(subscriber)
        }

        fn text(&self) -> String {
            String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
        }
    }

    impl io::Write for Log {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// Runs tasks until they end or the grace period is over, and returns what was logged.
    async fn log_of_tasks(tasks: &BackgroundTasks, cut: &CancellationToken) -> String {
        let log = Log::default();
        let _logging = log.start();
        let _outcome = run_tasks(tasks, cut).await;
        log.text()
    }

    /// Sends a request, leaves when the handler or its teardown has come to the first
    /// token, lets it go on with the second, and returns what was logged.
    async fn log_after_leaving(
        app: Router,
        here: CancellationToken,
        go_on: CancellationToken,
    ) -> String {
        let log = Log::default();
        let _logging = log.start();
        let request = Request::new(Body::empty());
        tokio::select! {
            response = app.oneshot(request) => panic!("answered: {response:?}"),
            () = here.cancelled() => {}
        }
        go_on.cancel();
        let logged = async {
            while log.text().is_empty() {
                yield_now().await;
            }
        };
        timeout(Duration::from_secs(10), logged).await.expect("a line of the log");
        log.text()
    }

    #[test]
    fn the_outcomes_say_what_happened() {
        assert_eq!(Cancelled.to_string(), "cancelled before its end");
        let broke_off = BrokeOff(Arc::new(axum::Error::new(io::Error::other("the cable"))));
        assert_eq!(broke_off.to_string(), "the cable");
    }

    #[tokio::test]
    async fn a_scoped_body_keeps_its_length_and_its_end() {
        for (body, length) in [(Body::from("12345"), 5), (Body::empty(), 0)] {
            let scope = Scope::open(AfterResponse::default(), &mut Request::new(Body::empty()));
            let body = ScopedBody { body, scope };
            assert_eq!(body.size_hint().exact(), Some(length));
            assert_eq!(body.is_end_stream(), length == 0);
        }
    }

    #[tokio::test]
    async fn tasks_that_never_started_are_counted_in_the_log() {
        let (tasks, cut) = (BackgroundTasks::default(), CancellationToken::new());
        let too_late = cut.clone();
        tasks.add_task(async move {
            too_late.cancel();
            std::future::pending::<()>().await;
        });
        tasks.add_task(async {});
        let log = log_of_tasks(&tasks, &cut).await;
        assert!(log.contains("background tasks that never started dropped=1\n"), "{log}");
        assert_eq!(log_of_tasks(&tasks, &cut).await, "");
    }

    #[tokio::test]
    async fn a_body_that_broke_off_is_not_logged_again_after_its_teardown() {
        let log = Log::default();
        let _logging = log.start();
        let torn_down = CancellationToken::new();
        let ended = torn_down.clone();
        let handler = async move |exit_stack: ExitStack| {
            exit_stack.push(async move |outcome| {
                ended.cancel();
                outcome
            });
            Body::from_stream(stream::iter([Err::<Bytes, _>(io::Error::other("the cable"))]))
        };
        let app = Router::new()
            .route("/", get(handler))
            .layer(from_fn_with_state(AfterResponse::default(), request_scope));
        let response = app.oneshot(Request::new(Body::empty())).await.unwrap();
        assert!(to_bytes(response.into_body(), 10).await.is_err());
        // The only thread goes on with this test when the work after the response waits or ends.
        torn_down.cancelled().await;
        assert_eq!(log.text(), "");
    }

    #[tokio::test]
    async fn an_error_after_a_teardown_that_nobody_waits_for_is_logged() {
        let (here, go_on) = (CancellationToken::new(), CancellationToken::new());
        let (arrived, gate) = (here.clone(), go_on.clone());
        let handler = async move |exit_stack: ExitStack| {
            exit_stack.push(async move |outcome| {
                arrived.cancel();
                gate.cancelled().await;
                outcome
            });
            Err::<(), _>(ApiError::unexpected("lost on the way"))
        };
        let app = Router::new()
            .route("/", get(handler))
            .layer(from_fn_with_state(AfterResponse::default(), request_scope));
        let log = log_after_leaving(app, here, go_on).await;
        assert!(log.contains("ERROR") && log.contains("lost on the way"), "{log}");
    }

    #[tokio::test]
    async fn an_error_of_a_handler_that_nobody_waits_for_is_logged() {
        let (here, go_on) = (CancellationToken::new(), CancellationToken::new());
        let (arrived, gate) = (here.clone(), go_on.clone());
        let handler = async move || {
            arrived.cancel();
            gate.cancelled().await;
            Err::<(), _>(ApiError::unexpected("lost on the way"))
        };
        let app = Router::new()
            .route("/", get(handler))
            .layer(from_fn_with_state(AfterResponse::default(), run_to_the_end));
        let log = log_after_leaving(app, here, go_on).await;
        assert!(log.contains("ERROR") && log.contains("lost on the way"), "{log}");
    }
}
