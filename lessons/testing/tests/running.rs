//! The whole lesson with its start-up, its server and its shutdown: the counterpart of
//! `with TestClient(app) as client`.

// ANCHOR: running
use lesson_support::{EventLog, Result, Server, Settings, Tick};
use reqwest::{Client, RequestBuilder};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// A server that was started and is not stopped yet.
pub struct Running {
    /// Its address, `http://127.0.0.1:54321`.
    pub base_url: String,
    pub events: EventLog,
    shutdown: CancellationToken,
    task: JoinHandle<Result<()>>,
    client: Client,
}

impl Running {
    /// Enters: runs the start-up and returns when requests are answered.
    pub async fn enter<F, L>(entry_point: F) -> Result<Self>
    where
        F: FnOnce(Server) -> L,
        L: Future<Output = Result<()>> + Send + 'static,
    {
        // Port 0: the system chooses a free one, so tests never fight for a port.
        let settings = Settings { port: 0, tick: Tick::from_ms(10), ..Settings::default() };
        let server = Server::bind(settings).await?;
        let (base_url, events) = (server.base_url(), server.events());
        let shutdown = server.shutdown_token();
        let (ready, is_ready) = oneshot::channel();
        let server = server.on_ready(move || {
            // It fails if nobody waits any more, and then nobody needs to know.
            let _ = ready.send(());
        });
        let task = tokio::spawn(entry_point(server));
        match is_ready.await {
            Ok(()) => Ok(Self { base_url, events, shutdown, task, client: client() }),
            // The start-up ended without calling `serve`: its error is the reason.
            Err(_) => Err(task.await?.err().unwrap_or_else(|| "it never served".into())),
        }
    }

    /// A request to be sent: `server.get("/hello/").send().await`.
    pub fn get(&self, path: &str) -> RequestBuilder {
        self.client.get(format!("{}{path}", self.base_url))
    }

    /// Leaves: stops the server and returns when the shutdown code is done.
    pub async fn leave(self) -> Result<()> {
        self.shutdown.cancel();
        self.task.await?
    }
}

/// A client that asks no proxy for an address of this machine.
pub fn client() -> Client {
    Client::builder().no_proxy().build().expect("a client")
}
// ANCHOR_END: running
