//! The requests that are being answered: named, logged, and ended when the grace period is over.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Instant;

use axum::Router;
use axum::body::{Body, Bytes, HttpBody};
use axum::extract::Request;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt;
use http_body::{Frame, SizeHint};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tokio_util::task::task_tracker::TaskTrackerToken;
use tower::ServiceExt;
use tracing::Instrument;

use crate::error::{ApiError, panic_error, panic_message, with_causes};

/// The requests in flight: from the first line of the handler to the last byte of the body.
///
/// A clone is a pointer to the same list: every request makes a few.
#[derive(Clone, Default)]
pub(crate) struct InFlight(Arc<List>);

#[derive(Default)]
struct List {
    requests: Mutex<Requests>,
    tracker: TaskTracker,
    /// Cancelled when the grace period is over: who has no answer yet gets a 503.
    grace_over: CancellationToken,
}

#[derive(Default)]
struct Requests {
    names: BTreeMap<u64, Arc<str>>,
    last_key: u64,
}

impl InFlight {
    /// What is being answered now, the oldest first: `GET /text/`.
    pub(crate) fn names(&self) -> Vec<Arc<str>> {
        self.lock().names.values().cloned().collect()
    }

    /// Waits until nothing is being answered any more.
    ///
    /// A connection can be closed while work goes on: background tasks, teardowns, and
    /// what the guards of its last body do.
    pub(crate) async fn ended(&self) {
        self.0.tracker.close();
        self.0.tracker.wait().await;
    }

    /// Ends the time of those that have no answer yet.
    pub(crate) fn end_grace(&self) {
        self.0.grace_over.cancel();
    }

    fn enter(&self, name: Arc<str>) -> Entry {
        let mut requests = self.lock();
        requests.last_key += 1;
        let key = requests.last_key;
        requests.names.insert(key, Arc::clone(&name));
        Entry { in_flight: self.clone(), key, name, _token: self.0.tracker.token() }
    }

    fn lock(&self) -> MutexGuard<'_, Requests> {
        self.0.requests.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One request's place in the list; dropping it takes the request off.
pub(crate) struct Entry {
    in_flight: InFlight,
    key: u64,
    name: Arc<str>,
    _token: TaskTrackerToken,
}

impl Drop for Entry {
    fn drop(&mut self) {
        self.in_flight.lock().names.remove(&self.key);
    }
}

/// Tells what is inside the layer how its request is listed, as a request extension.
#[derive(Clone)]
pub(crate) struct Tracked {
    in_flight: InFlight,
    name: Arc<str>,
}

impl Tracked {
    /// Lists work that goes on when the response is sent: `background tasks of GET /sync/`.
    pub(crate) fn list(&self, work: &str) -> Entry {
        self.in_flight.enter(format!("{work} of {}", self.name).into())
    }

    /// Cancelled when the grace period of the shutdown is over.
    pub(crate) fn grace_over(&self) -> CancellationToken {
        self.in_flight.0.grace_over.clone()
    }
}

/// Lets the app answer a request: lists it until the end of its body, logs it, makes a 500
/// of a panic, and answers 503 when its time is over.
///
/// It stands around the router and is no layer of it: each layer costs every request a few
/// boxes.
pub(crate) async fn answer(in_flight: InFlight, app: Router, mut request: Request) -> Response {
    let name: Arc<str> = format!("{} {}", request.method(), request.uri().path()).into();
    let entry = in_flight.enter(Arc::clone(&name));
    request
        .extensions_mut()
        .insert(Tracked { in_flight: in_flight.clone(), name: Arc::clone(&name) });
    let started = Instant::now();
    tracing::debug!("{name} begins");
    // What the handler logs is shown with the request that it belongs to.
    let span = tracing::error_span!("request", "{name}");
    let answering = AssertUnwindSafe(app.oneshot(request)).catch_unwind();
    let mut response = tokio::select! {
        answer = answering.instrument(span.clone()) => match answer {
            Ok(Ok(response)) => response,
            Err(panic) => panic_error(panic.as_ref()).into_response(),
        },
        () = in_flight.0.grace_over.cancelled() => {
            ApiError::from_status(StatusCode::SERVICE_UNAVAILABLE).into_response()
        }
    };
    if let Some(error) = response.extensions_mut().remove::<ApiError>() {
        span.in_scope(|| error.log_unexpected());
    }
    tracing::info!("{name} {}, head after {:.1?}", response.status(), started.elapsed());
    response.map(|body| Body::new(TrackedBody::new(body, entry)))
}

/// A body that keeps its request listed until it ends, and that breaks off visibly.
///
/// The order of the fields is the order of their drop: the request is off the list when
/// its body is gone.
struct TrackedBody {
    body: Body,
    entry: Entry,
    failure: Option<axum::Error>,
}

impl TrackedBody {
    fn new(body: Body, entry: Entry) -> Self {
        Self { body, entry, failure: None }
    }
}

type FrameResult = Result<Frame<Bytes>, axum::Error>;

/// Polls a body; a panic inside is an error of the body.
pub(crate) fn poll_catching(body: &mut Body, cx: &mut Context<'_>) -> Poll<Option<FrameResult>> {
    let poll = AssertUnwindSafe(|| Pin::new(body).poll_frame(cx));
    catch_unwind(poll).unwrap_or_else(|panic| {
        Poll::Ready(Some(Err(axum::Error::new(panic_message(panic.as_ref())))))
    })
}

impl HttpBody for TrackedBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<FrameResult>> {
        if let Some(failure) = self.failure.take() {
            return Poll::Ready(Some(Err(failure)));
        }
        match ready!(poll_catching(&mut self.body, cx)) {
            Some(Err(failure)) => {
                let name = &self.entry.name;
                tracing::error!("{name}: the body broke off: {}", with_causes(&failure));
                // hyper throws away what it has not flushed when a body fails, so the
                // client could miss the pieces before the failure, or even the head.
                // While a body is pending hyper flushes: fail in the next round.
                self.failure = Some(failure);
                cx.waker().wake_by_ref();
                Poll::Pending
            }
            frame_or_end => Poll::Ready(frame_or_end),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.failure.is_none() && self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::timeout;

    use super::*;

    #[tokio::test]
    async fn requests_are_listed_until_they_end_and_the_end_is_waited_for() {
        let in_flight = InFlight::default();
        let first = in_flight.enter("GET /first".into());
        let second = in_flight.enter("GET /second".into());
        assert_eq!(in_flight.names(), ["GET /first".into(), "GET /second".into()]);
        drop(first);
        assert_eq!(in_flight.names(), ["GET /second".into()]);
        assert!(timeout(Duration::from_millis(20), in_flight.ended()).await.is_err());
        drop(second);
        assert!(in_flight.names().is_empty());
        in_flight.ended().await;
    }

    #[test]
    fn a_tracked_body_keeps_its_length() {
        let entry = InFlight::default().enter("GET /".into());
        let body = TrackedBody::new(Body::from("12345"), entry);
        assert_eq!(body.size_hint().exact(), Some(5));
        assert!(!body.is_end_stream());
    }
}
