//! An HTTP answer, read piece by piece with the time of each.

use std::error::Error;
use std::pin::Pin;
use std::time::Duration;

use axum::body::Bytes;
use axum::http::HeaderMap;
use futures_util::{Stream, StreamExt};
use tokio::time::{Instant, timeout};

use crate::target::Target;

/// No test waits longer than this for the next piece.
const PATIENCE: Duration = Duration::from_secs(30);

/// An answer whose head is here and whose body is still open.
///
/// Dropping it closes the connection: that is how a test's client goes away.
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// When the head arrived, in ticks since the request was sent.
    pub head_at: f64,
    body: Pin<Box<dyn Stream<Item = Result<Bytes, BodyError>> + Send>>,
    clock: Clock,
}

type BodyError = Box<dyn Error + Send + Sync>;

/// Ticks since a request was sent.
#[derive(Clone, Copy)]
pub struct Clock {
    started: Instant,
    tick: Duration,
}

impl Clock {
    /// A clock that starts now.
    pub fn start(tick: Duration) -> Self {
        Self { started: Instant::now(), tick }
    }

    /// Ticks since the start.
    pub fn ticks(&self) -> f64 {
        self.started.elapsed().div_duration_f64(self.tick)
    }
}

/// A piece of a body: what one read returned, on HTTP/1.1 what one chunk held.
#[derive(Clone, Debug)]
pub struct Piece {
    /// Its text.
    pub text: String,
    /// When it arrived, in ticks since the request was sent.
    pub at: f64,
}

/// How a body ended.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum End {
    /// With the final chunk, or after `content-length` bytes.
    Complete,
    /// The connection was closed before that.
    Broken,
}

/// A body that was read to its end.
#[derive(Clone, Debug)]
pub struct Body {
    /// The pieces in the order of their arrival.
    pub pieces: Vec<Piece>,
    /// Whether it is whole.
    pub end: End,
    /// When it ended, in ticks since the request was sent.
    pub ended_at: f64,
}

impl Answer {
    /// An answer from its parts; `clock` was started when the request was sent.
    pub fn new<S, E>(status: u16, headers: HeaderMap, body: S, clock: Clock) -> Self
    where
        S: Stream<Item = Result<Bytes, E>> + Send + 'static,
        E: Into<BodyError>,
    {
        Self {
            status,
            headers,
            head_at: clock.ticks(),
            body: Box::pin(body.map(|piece| piece.map_err(Into::into))),
            clock,
        }
    }

    /// A header's value, or `None` where there is none.
    pub fn header(&self, name: &str) -> Option<&str> {
        let value = self.headers.get(name)?;
        Some(value.to_str().expect("a header in ASCII"))
    }

    /// The content type, or `None` where there is none.
    pub fn content_type(&self) -> Option<&str> {
        self.header("content-type")
    }

    /// Waits for the next piece; `Err` is how the body ended.
    pub async fn next_bytes(&mut self) -> Result<Bytes, End> {
        let next = timeout(Target::current().patience(PATIENCE), self.body.next()).await;
        match next.expect("a piece, or an end, in time") {
            Some(Ok(bytes)) => Ok(bytes),
            Some(Err(_)) => Err(End::Broken),
            None => Err(End::Complete),
        }
    }

    /// Waits for the next piece of a text.
    pub async fn next_piece(&mut self) -> Result<Piece, End> {
        let bytes = self.next_bytes().await?;
        Ok(Piece {
            text: String::from_utf8(bytes.into()).expect("a piece in UTF-8"),
            at: self.clock.ticks(),
        })
    }

    /// Waits for the next `count` pieces.
    pub async fn take(&mut self, count: usize) -> Vec<Piece> {
        let mut pieces = Vec::new();
        while pieces.len() < count {
            let piece = self.next_piece().await;
            pieces.push(piece.unwrap_or_else(|end| panic!("{end:?} after {pieces:?}")));
        }
        pieces
    }

    /// Reads what is left of the body.
    pub async fn rest(mut self) -> Body {
        let mut pieces = Vec::new();
        loop {
            match self.next_piece().await {
                Ok(piece) => pieces.push(piece),
                Err(end) => return Body { pieces, end, ended_at: self.clock.ticks() },
            }
        }
    }

    /// The whole text of a body that must be complete.
    pub async fn text(self) -> String {
        let body = self.rest().await;
        assert_eq!(body.end, End::Complete, "the body broke off: {body:?}");
        body.text()
    }
}

impl Body {
    /// The texts of the pieces.
    pub fn texts(&self) -> Vec<&str> {
        texts(&self.pieces)
    }

    /// The whole text.
    pub fn text(&self) -> String {
        self.texts().concat()
    }
}

/// The texts of some pieces.
pub fn texts(pieces: &[Piece]) -> Vec<&str> {
    pieces.iter().map(|piece| piece.text.as_str()).collect()
}
