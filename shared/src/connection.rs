//! The connections: accepted, answered, and ended.
//!
//! `axum::serve` does this, too, but it keeps no handle to a connection: a shutdown could
//! not cut one whose client reads no more. It also lets a client be silent for ever.
//! This is hyper, which axum is built on, with the two limits set.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::body::{Body, HttpBody};
use axum::extract::Request;
use axum::response::Response;
use axum::serve::Listener;
use futures_util::FutureExt;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio_util::sync::{CancellationToken, DropGuard};
use tokio_util::task::TaskTracker;
use tower_http::timeout::TimeoutBody;

/// What ends a connection.
#[derive(Clone)]
pub(crate) struct Ends {
    /// Cancelled when no new request is wanted: a connection ends after its current one.
    pub(crate) stop: CancellationToken,
    /// Cancelled when the connections have to end now, in the middle of a response.
    pub(crate) cut: CancellationToken,
    /// How long a client may take for the head of a request, or be silent within its body.
    pub(crate) read_timeout: Duration,
}

/// Answers connections until it is told to stop and the last one has ended.
pub(crate) async fn serve<A, R>(mut listener: TcpListener, answer: A, ends: Ends)
where
    A: Fn(Request) -> R + Clone + Send + 'static,
    R: Future<Output = Response> + Send + 'static,
{
    let connections = TaskTracker::new();
    loop {
        let (stream, address) = tokio::select! {
            accepted = Listener::accept(&mut listener) => accepted,
            () = ends.stop.cancelled() => break,
        };
        send_at_once(&stream, address);
        connections.spawn(serve_connection(stream, answer.clone(), ends.clone()));
    }
    drop(listener);
    connections.close();
    connections.wait().await;
}

/// A small piece must not wait for the acknowledgement of the one before it.
fn send_at_once(stream: &TcpStream, address: SocketAddr) {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!("cannot set TCP_NODELAY for {address}: {error}");
    }
}

/// Answers the requests of one connection.
async fn serve_connection<A, R>(stream: TcpStream, answer: A, ends: Ends)
where
    A: Fn(Request) -> R,
    R: Future<Output = Response>,
{
    let (stream, connection) = FlushTold::new(stream);
    let read_timeout = ends.read_timeout;
    let service = service_fn(move |request: hyper::Request<Incoming>| {
        let mut request: Request = request.map(|body| with_timeout(body, read_timeout));
        request.extensions_mut().insert(connection.clone());
        answer(request).map(Ok::<_, Infallible>)
    });
    let serving = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(read_timeout)
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades();
    let mut serving = pin!(serving);
    let ended = tokio::select! {
        ended = &mut serving => ended,
        () = ends.cut.cancelled() => return,
        () = ends.stop.cancelled() => {
            serving.as_mut().graceful_shutdown();
            tokio::select! {
                ended = serving => ended,
                () = ends.cut.cancelled() => return,
            }
        }
    };
    if let Err(error) = ended {
        tracing::debug!("a connection ended: {error}");
    }
}

/// The body of a request, which fails when its client is silent for too long.
fn with_timeout(body: Incoming, read_timeout: Duration) -> Body {
    if body.is_end_stream() {
        return Body::empty();
    }
    Body::new(TimeoutBody::new(read_timeout, body))
}

/// What a request knows of its connection, as an extension.
#[derive(Clone)]
pub(crate) struct Connection {
    flushed: Arc<Notify>,
    closed: CancellationToken,
}

impl Connection {
    /// Ends when all that was written before the call has been handed to the network,
    /// or when the connection is closed.
    ///
    /// hyper drops the body of a response before it writes the last of it. Work that must
    /// come after the response waits for this.
    pub(crate) fn next_flush(&self) -> impl Future<Output = ()> + Send + use<> {
        // It hears of each flush from here on, also of those before it is waited for.
        let flushed = Arc::clone(&self.flushed).notified_owned();
        let closed = self.closed.clone();
        async move {
            tokio::select! {
                () = flushed => {}
                () = closed.cancelled() => {}
            }
        }
    }
}

/// A TCP stream that tells when it is flushed, and when it is closed.
struct FlushTold {
    stream: TcpStream,
    flushed: Arc<Notify>,
    _closed: DropGuard,
}

impl FlushTold {
    fn new(stream: TcpStream) -> (Self, Connection) {
        let (flushed, closed) = (Arc::<Notify>::default(), CancellationToken::new());
        let connection = Connection { flushed: Arc::clone(&flushed), closed: closed.clone() };
        (Self { stream, flushed, _closed: closed.drop_guard() }, connection)
    }
}

impl AsyncRead for FlushTold {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl AsyncWrite for FlushTold {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(Pin::new(&mut self.stream).poll_flush(cx))?;
        self.flushed.notify_waiters();
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::time::timeout;

    use super::*;

    #[tokio::test]
    async fn small_pieces_are_sent_at_once() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let stream = TcpStream::connect(address).await.unwrap();
        send_at_once(&stream, address);
        assert!(stream.nodelay().unwrap());
    }

    /// A stream that tells when it is flushed, and its other end.
    async fn connected() -> (FlushTold, Connection, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let stream = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let (other_end, _) = listener.accept().await.unwrap();
        let (stream, connection) = FlushTold::new(stream);
        (stream, connection, other_end)
    }

    #[tokio::test]
    async fn what_is_written_arrives_and_the_shutdown_too() {
        let (mut stream, _connection, mut other_end) = connected().await;
        stream.write_all(b"one piece").await.unwrap();
        stream.shutdown().await.unwrap();
        let mut arrived = String::new();
        let arriving = other_end.read_to_string(&mut arrived);
        timeout(Duration::from_secs(10), arriving).await.expect("an end").unwrap();
        assert_eq!(arrived, "one piece");
        assert!(stream.is_write_vectored(), "head and body leave in one call");
    }

    #[tokio::test]
    async fn a_flush_and_the_end_are_told() {
        let (mut stream, connection, _other_end) = connected().await;
        stream.flush().await.unwrap();
        let mut next_flush = pin!(connection.next_flush());
        let early = timeout(Duration::from_millis(20), &mut next_flush).await;
        assert!(early.is_err(), "an earlier flush does not count");
        stream.flush().await.unwrap();
        next_flush.await;
        let end = connection.next_flush();
        drop(stream);
        end.await;
    }
}
