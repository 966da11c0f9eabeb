//! A server with routes of a test's own.

use std::io;
use std::time::Duration;

use axum::Router;
use lesson_support::{Server, Settings};
use lesson_tests::Answer;
use lesson_tests::server::{client, send};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

/// A grace period that no test waits for.
pub const LONG: Duration = Duration::from_secs(60);

/// One that a test can wait for.
pub const SHORT: Duration = Duration::from_millis(50);

/// A server of its own on this test's runtime.
pub struct Running {
    pub base_url: String,
    pub shutdown: CancellationToken,
    serving: JoinHandle<io::Result<()>>,
}

impl Running {
    pub async fn start(app: Router, grace: Duration) -> Self {
        Self::start_with(app, Settings { grace, ..Settings::default() }).await
    }

    pub async fn start_with(app: Router, settings: Settings) -> Self {
        let settings = Settings { port: 0, ..settings };
        let server = Server::bind(settings).await.expect("a free port");
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
