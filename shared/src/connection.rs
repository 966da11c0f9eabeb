//! Connections that a shutdown can cut, and that tell when they are flushed.
//!
//! `axum::serve` runs each connection as a task of its own and keeps no handle to it:
//! the one way to end a connection whose client does not read any more is to let its
//! reads and writes fail. This listener's connections do, once its token is cancelled.
//!
//! hyper drops the body of a response before it writes the last of it. Work that must
//! come after the response waits for the next flush of its connection.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};

/// A TCP listener all of whose connections fail when its token is cancelled.
pub(crate) struct CuttableListener {
    listener: TcpListener,
    cut: CancellationToken,
}

impl CuttableListener {
    pub(crate) fn new(listener: TcpListener, cut: CancellationToken) -> Self {
        Self { listener, cut }
    }
}

impl Listener for CuttableListener {
    type Io = CuttableStream;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        let (stream, address) = Listener::accept(&mut self.listener).await;
        // A small piece must not wait for the acknowledgement of the one before it.
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!("cannot set TCP_NODELAY for {address}: {error}");
        }
        let cut = Box::pin(self.cut.clone().cancelled_owned());
        let flushed = watch::Sender::default();
        (CuttableStream { stream, cut, flushed }, address)
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        self.listener.local_addr()
    }
}

/// A TCP stream that fails once it is cut.
pub(crate) struct CuttableStream {
    stream: TcpStream,
    cut: Pin<Box<WaitForCancellationFutureOwned>>,
    flushed: watch::Sender<()>,
}

/// What a request knows of its connection; axum's `ConnectInfo` of every request.
#[derive(Clone)]
pub(crate) struct Connection {
    flushed: watch::Receiver<()>,
}

impl Connection {
    /// Ends when all that was written before the call has been handed to the network,
    /// or when the connection is closed.
    pub(crate) fn next_flush(&self) -> impl Future<Output = ()> + Send + use<> {
        let mut flushed = self.flushed.clone();
        flushed.mark_unchanged();
        async move {
            // The error says that the connection is closed.
            let _flushed_or_closed = flushed.changed().await;
        }
    }
}

impl Connected<IncomingStream<'_, CuttableListener>> for Connection {
    fn connect_info(stream: IncomingStream<'_, CuttableListener>) -> Self {
        Self { flushed: stream.io().flushed.subscribe() }
    }
}

impl CuttableStream {
    /// The stream, if it is not cut; else an error. Polling also arms the wake-up by the cut.
    fn poll_uncut(&mut self, cx: &mut Context<'_>) -> io::Result<Pin<&mut TcpStream>> {
        match self.cut.as_mut().poll(cx) {
            Poll::Ready(()) => {
                Err(io::Error::new(io::ErrorKind::ConnectionAborted, "cut by the shutdown"))
            }
            Poll::Pending => Ok(Pin::new(&mut self.stream)),
        }
    }
}

impl AsyncRead for CuttableStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.poll_uncut(cx)?.poll_read(cx, buffer)
    }
}

impl AsyncWrite for CuttableStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.poll_uncut(cx)?.poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.poll_uncut(cx)?.poll_write_vectored(cx, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_uncut(cx)?.poll_flush(cx))?;
        self.flushed.send_replace(());
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.poll_uncut(cx)?.poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::time::Duration;

    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::time::timeout;

    use super::*;

    async fn connect() -> (CuttableStream, TcpStream, CancellationToken) {
        let cut = CancellationToken::new();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut listener = CuttableListener::new(listener, cut.clone());
        let client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let (stream, _) = listener.accept().await;
        (stream, client, cut)
    }

    #[tokio::test]
    async fn small_pieces_are_sent_at_once() {
        let (stream, _client, _) = connect().await;
        assert!(stream.stream.nodelay().unwrap());
    }

    #[tokio::test]
    async fn bytes_pass_until_the_cut() {
        let (mut stream, mut client, _) = connect().await;
        stream.write_all(b"to the client").await.unwrap();
        stream.shutdown().await.unwrap();
        let mut text = String::new();
        client.read_to_string(&mut text).await.unwrap();
        assert_eq!(text, "to the client");
    }

    #[tokio::test]
    async fn a_flush_and_the_end_are_told() {
        let (mut stream, _client, _) = connect().await;
        let connection = Connection { flushed: stream.flushed.subscribe() };
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

    #[tokio::test]
    async fn everything_fails_after_the_cut() {
        let (mut stream, _client, cut) = connect().await;
        cut.cancel();
        let aborted = io::ErrorKind::ConnectionAborted;
        assert_eq!(stream.read(&mut [0]).await.unwrap_err().kind(), aborted);
        assert_eq!(stream.write(b"x").await.unwrap_err().kind(), aborted);
        let slices = [io::IoSlice::new(b"x")];
        assert_eq!(stream.write_vectored(&slices).await.unwrap_err().kind(), aborted);
        assert_eq!(stream.flush().await.unwrap_err().kind(), aborted);
        assert_eq!(stream.shutdown().await.unwrap_err().kind(), aborted);
    }

    #[tokio::test]
    async fn the_cut_wakes_who_waits_for_bytes() {
        let (mut stream, _client, cut) = connect().await;
        let reading = tokio::spawn(async move { stream.read(&mut [0]).await });
        tokio::task::yield_now().await;
        cut.cancel();
        let result = timeout(Duration::from_secs(10), reading).await.unwrap().unwrap();
        assert_eq!(result.unwrap_err().kind(), io::ErrorKind::ConnectionAborted);
    }
}
