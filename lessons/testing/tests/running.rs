//! The whole lesson with its start-up, its server and its shutdown: the counterpart of
//! `with TestClient(app) as client`.

// ANCHOR: running
use lesson_support::{EventLog, Options, Result, Server};
use lesson_testing::{AppState, app};
use reqwest::{Client, RequestBuilder};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// A server that was started and is not stopped yet.
pub struct Running {
    /// Its address, `http://127.0.0.1:54321`.
    pub base_url: String,
    pub events: EventLog,
    shutdown: CancellationToken,
    state: AppState,
    task: JoinHandle<Result<()>>,
    client: Client,
}

impl Running {
    /// Enters: runs the start-up and serves, as `main` does.
    pub async fn enter() -> Result<Self> {
        Self::enter_with(AppState::start_up).await
    }

    /// The same with another start-up.
    pub async fn enter_with<S>(start_up: impl FnOnce(AppState) -> S) -> Result<Self>
    where
        S: Future<Output = Result<AppState>>,
    {
        // Port 0: the system chooses a free one, so tests never fight for a port.
        let options = Options { port: 0, tick_ms: 10, ..Options::default() };
        let server = Server::bind(options).await?;
        let (base_url, events) = (server.base_url(), server.events());
        let shutdown = server.shutdown_token();
        let state = start_up(AppState::of(&server)).await?;
        // The socket is bound: a request that comes before the task has begun waits for it.
        let task = tokio::spawn(server.serve(app(state.clone())));
        Ok(Self { base_url, events, shutdown, state, task, client: client() })
    }

    /// A request to be sent: `server.get("/hello/").send().await`.
    pub fn get(&self, path: &str) -> RequestBuilder {
        self.client.get(format!("{}{path}", self.base_url))
    }

    /// Leaves: stops the server and returns when the shutdown code is done.
    pub async fn leave(self) -> Result<()> {
        self.shutdown.cancel();
        let served = self.task.await?;
        self.state.shut_down().await;
        served
    }
}

/// A client that asks no proxy for an address of this machine.
pub fn client() -> Client {
    Client::builder().no_proxy().build().expect("a client")
}
// ANCHOR_END: running
