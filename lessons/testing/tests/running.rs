//! The app with its start-up, a real server and its shutdown: the counterpart of
//! `with TestClient(app) as client`.

// ANCHOR: use
use std::net::SocketAddr;

use axum::serve;
use lesson_support::{EventLog, Result};
use lesson_testing::{AppState, app};
use reqwest::{Client, RequestBuilder};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::state::fresh_state;
// ANCHOR_END: use

// ANCHOR: running
/// A server that has been started and not yet stopped.
pub struct Running {
    /// Its address, such as `http://127.0.0.1:54321`.
    pub base_url: String,
    pub events: EventLog,
    shutdown: CancellationToken,
    state: AppState,
    task: JoinHandle<std::io::Result<()>>,
    client: Client,
}
// ANCHOR_END: running

impl Running {
    pub async fn start() -> Result<Self> {
        Self::start_with(AppState::start_up).await
    }

    // ANCHOR: start
    /// Runs the start-up, then serves on a free port.
    pub async fn start_with<S>(start_up: impl FnOnce(AppState) -> S) -> Result<Self>
    where
        S: Future<Output = Result<AppState>>,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let base_url = format!("http://{}", listener.local_addr()?);
        let state = start_up(fresh_state()).await?;
        let (events, shutdown) = (state.events.clone(), state.shutdown.clone());
        let service = app(state.clone()).into_make_service_with_connect_info::<SocketAddr>();
        let stopped = shutdown.clone().cancelled_owned();
        let server = serve(listener, service).with_graceful_shutdown(stopped);
        let task = tokio::spawn(server.into_future());
        Ok(Self { base_url, events, shutdown, state, task, client: http_client() })
    }
    // ANCHOR_END: start

    // ANCHOR: stop
    /// Starts a request: `server.get("/hello/").send().await`.
    pub fn get(&self, path: &str) -> RequestBuilder {
        self.client.get(format!("{}{path}", self.base_url))
    }

    /// Stops the server, and returns when the shutdown code is done.
    pub async fn stop(self) -> Result<()> {
        self.shutdown.cancel();
        let served = self.task.await?;
        self.state.shut_down().await;
        Ok(served?)
    }
    // ANCHOR_END: stop
}

/// A client that never asks a proxy, even if the environment names one.
pub fn http_client() -> Client {
    Client::builder().no_proxy().build().expect("a client")
}
