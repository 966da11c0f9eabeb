//! A limit for clients that do not read.

use std::future::{Ready, ready};
use std::io;
use std::pin::Pin;
use std::time::Duration;

use axum_server::accept::Accept;
use tokio::net::TcpStream;
use tokio_io_timeout::TimeoutStream;

/// Ends a connection whose client reads nothing for this long while an answer waits for it.
///
/// Without it, the answers of such clients stay in memory for as long as they like. A stream
/// that has nothing to send is left alone.
#[derive(Clone, Copy, Debug)]
pub(crate) struct WriteTimeout(pub(crate) Duration);

impl<S: Send + 'static> Accept<TcpStream, S> for WriteTimeout {
    type Stream = Pin<Box<TimeoutStream<TcpStream>>>;
    type Service = S;
    type Future = Ready<io::Result<(Self::Stream, S)>>;

    fn accept(&self, stream: TcpStream, service: S) -> Self::Future {
        // A small piece must not wait for the acknowledgement of the one before it.
        if let Err(error) = stream.set_nodelay(true) {
            return ready(Err(error));
        }
        let mut stream = TimeoutStream::new(stream);
        stream.set_write_timeout(Some(self.0));
        ready(Ok((Box::pin(stream), service)))
    }
}
