//! An upstream on bare connections, for answers that no library sends, or for none at all.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// A server that does with each connection what a test says.
pub(crate) struct Upstream {
    pub(crate) url: String,
    connections: Arc<AtomicUsize>,
}

impl Upstream {
    /// How many connections there were.
    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

/// Starts an upstream. `serve` gets each connection and its number: 0, 1, 2…
pub(crate) async fn upstream<F, A>(serve: F) -> Upstream
where
    F: Fn(Connection, usize) -> A + Send + 'static,
    A: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let connections = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&connections);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let index = counter.fetch_add(1, Ordering::SeqCst);
            tokio::spawn(serve(Connection(stream), index));
        }
    });
    Upstream { url, connections }
}

/// A connection; dropping it closes it.
pub(crate) struct Connection(TcpStream);

impl Connection {
    /// Waits for the head of a request; `false` if the client has closed.
    pub(crate) async fn request(&mut self) -> bool {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            match self.0.read_u8().await {
                Ok(byte) => head.push(byte),
                Err(_) => return false,
            }
        }
        true
    }

    /// Sends bytes.
    pub(crate) async fn send(&mut self, bytes: &str) {
        self.0.write_all(bytes.as_bytes()).await.expect("a client that reads");
    }

    /// Sends the same bytes again and again.
    pub(crate) async fn send_until_closed(mut self, bytes: &str) {
        while self.0.write_all(bytes.as_bytes()).await.is_ok() {}
    }

    /// Answers each request with these bytes.
    pub(crate) async fn answer_each(mut self, answer: &str) {
        while self.request().await {
            self.send(answer).await;
        }
    }
}
