//! The log: `tracing` on stderr, and a line a request.

use std::fmt::Display;
use std::io::{self, IsTerminal, Stderr, Write};
use std::time::Duration;

use axum::http::{HeaderMap, Request, Response};
use tower_http::classify::{ClassifiedResponse, ClassifyEos, ClassifyResponse, SharedClassifier};
use tower_http::trace::{
    DefaultOnBodyChunk, DefaultOnEos, DefaultOnRequest, MakeSpan, OnFailure, OnResponse, TraceLayer,
};
use tracing::Span;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::error::ApiError;

/// Starts the log of the process.
pub(crate) fn start(filter: Targets) {
    let layer = tracing_subscriber::fmt::layer()
        .with_writer(|| OneLine(io::stderr()))
        .with_ansi(io::stderr().is_terminal())
        .with_target(false);
    tracing_subscriber::registry().with(filter).with(layer).init();
}

/// Writes each event as one line, whatever is in it.
///
/// A line break that a client sent must not begin a line of the log: nobody could tell it
/// from a real one.
struct OneLine<W = Stderr>(W);

impl<W: Write> Write for OneLine<W> {
    /// Takes a whole event: the layer writes each with one call.
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        let text = event.strip_suffix(b"\n").unwrap_or(event);
        if text.iter().any(|byte| matches!(byte, b'\n' | b'\r')) {
            let text = String::from_utf8_lossy(text).replace('\n', "\\n").replace('\r', "\\r");
            self.0.write_all(format!("{text}\n").as_bytes())?;
        } else {
            self.0.write_all(event)?;
        }
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// tower-http's `TraceLayer`, at INFO: a span with method and path, and a line when the
/// answer begins, with what the client is not told about an unexpected [`ApiError`].
///
/// The query is left out, because it can hold secrets. A body that breaks off is a second line.
pub fn request_log() -> RequestLog {
    TraceLayer::new(SharedClassifier::new(Bodies))
        .make_span_with(MethodAndPath)
        .on_response(Finished)
        .on_failure(BrokeOff)
}

/// What [`request_log`] returns.
pub type RequestLog = TraceLayer<
    SharedClassifier<Bodies>,
    MethodAndPath,
    DefaultOnRequest,
    Finished,
    DefaultOnBodyChunk,
    DefaultOnEos,
    BrokeOff,
>;

/// The span of a request: `request{method=GET path=/text/}`.
#[derive(Clone, Copy, Debug)]
pub struct MethodAndPath;

impl<B> MakeSpan<B> for MethodAndPath {
    fn make_span(&mut self, request: &Request<B>) -> Span {
        // What a filter for errors lets through is shown with its request, too.
        tracing::error_span!("request", method = %request.method(), path = %request.uri().path())
    }
}

/// The line of a request: `finished status=200 latency=1.2ms`.
#[derive(Clone, Copy, Debug)]
pub struct Finished;

impl<B> OnResponse<B> for Finished {
    fn on_response(self, response: &Response<B>, latency: Duration, _: &Span) {
        let status = response.status().as_u16();
        match response.extensions().get().map(ApiError::unexpected_causes) {
            Some(Some(error)) => tracing::error!(status, ?latency, error, "finished"),
            // An `ApiError` with such a status is an answer that somebody wanted.
            None if status >= 500 => tracing::error!(status, ?latency, "finished"),
            _ => tracing::info!(status, ?latency, "finished"),
        }
    }
}

/// What counts as a failure: a body that breaks off, which `TraceLayer::new_for_http` says
/// nothing about. A status of 500 is in the line of its request.
#[derive(Clone, Copy, Debug)]
pub struct Bodies;

impl ClassifyResponse for Bodies {
    type FailureClass = String;
    type ClassifyEos = Self;

    fn classify_response<B>(self, _: &Response<B>) -> ClassifiedResponse<String, Self> {
        ClassifiedResponse::RequiresEos(self)
    }

    fn classify_error<E: Display + 'static>(self, error: &E) -> String {
        error.to_string()
    }
}

impl ClassifyEos for Bodies {
    type FailureClass = String;

    fn classify_eos(self, _: Option<&HeaderMap>) -> Result<(), String> {
        Ok(())
    }

    fn classify_error<E: Display + 'static>(self, error: &E) -> String {
        error.to_string()
    }
}

/// The line of a body that failed when the head was sent.
#[derive(Clone, Copy, Debug)]
pub struct BrokeOff;

impl OnFailure<String> for BrokeOff {
    fn on_failure(&mut self, error: String, _: Duration, _: &Span) {
        tracing::error!(error, "the body broke off");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_one_line_whatever_a_client_sent() {
        for (event, line) in
            [("one\n", "one\n"), ("a\nFAKE\r\nb\n", "a\\nFAKE\\r\\nb\n"), ("안녕\n", "안녕\n")]
        {
            let mut output = OneLine(Vec::new());
            output.write_all(event.as_bytes()).unwrap();
            assert_eq!(String::from_utf8(output.0).unwrap(), line);
        }
    }
}
