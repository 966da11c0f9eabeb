//! A server of the current target, and the requests that tests send to it.

use std::time::Duration;

use reqwest::{Client, Method, RequestBuilder, redirect};
use tokio::time::timeout;

use crate::answer::{Answer, Clock};
use crate::binary::Binary;
use crate::curl;
use crate::program;
use crate::target::Target;

/// How long an event may take to appear in the log.
const PATIENCE: Duration = Duration::from_secs(10);

/// How long the head of an answer may take.
const LONGEST_ANSWER: Duration = Duration::from_secs(60);

/// A lesson's server on the current target: a fresh one for each test, or the learner's own.
pub struct TestServer {
    base: String,
    tick: Duration,
    client: Client,
    /// What ends when the test does; nothing if the server is the learner's own.
    process: Option<Binary>,
}

impl TestServer {
    /// Starts the lesson in `lessons/<lesson>` on the current target.
    pub async fn start(lesson: &str) -> Self {
        Self::start_with(lesson, &[]).await
    }

    /// The same with variables of the environment, such as `LESSON_JSON_FILE`.
    ///
    /// `LESSON_TICK_MS` sets a tick of its own, for a test that must act within one. Without
    /// a `DATABASE_URL`, a lesson that needs a database is given an empty one.
    pub async fn start_with(lesson: &str, variables: &[(&str, &str)]) -> Self {
        let tick = tick(variables);
        let (base, process) = match Target::current() {
            Target::Url(url) => (url.clone(), None),
            _ => {
                let process = program::start(lesson, tick, variables).await;
                (process.base_url().to_owned(), Some(process))
            }
        };
        let server = Self { base, tick, client: client(), process };
        if server.process.is_none() {
            server.delete("/_events").await;
        }
        server
    }

    /// Its address: `http://127.0.0.1:54321`.
    pub fn base_url(&self) -> &str {
        &self.base
    }

    /// The `DATABASE_URL` of the database that it was given.
    pub fn database_url(&self) -> &str {
        self.process.as_ref().expect("a server of its own").database_url()
    }

    /// The length of its tick.
    pub fn tick(&self) -> Duration {
        self.tick
    }

    /// GET; returns when the head of the answer is here.
    pub async fn get(&self, path: &str) -> Answer {
        self.send(self.request(Method::GET, path)).await
    }

    /// DELETE; returns when the head of the answer is here.
    pub async fn delete(&self, path: &str) -> Answer {
        self.send(self.request(Method::DELETE, path)).await
    }

    /// A request to be completed with headers or a body, then sent with [`send`](Self::send).
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.base))
    }

    /// Sends a request; returns when the head of the answer is here.
    pub async fn send(&self, request: RequestBuilder) -> Answer {
        send(request, self.tick).await
    }

    /// The event log.
    pub async fn events(&self) -> Vec<String> {
        let text = self.get("/_events").await.text().await;
        serde_json::from_str(&text).expect("a list of event lines")
    }

    /// Waits until an event is in the log, and returns the whole log.
    pub async fn events_with(&self, event: &str) -> Vec<String> {
        let started = std::time::Instant::now();
        let patience = Target::current().patience(PATIENCE);
        loop {
            let events = self.events().await;
            if events.iter().any(|line| line == event) {
                return events;
            }
            assert!(started.elapsed() < patience, "no event {event:?} in {events:?}");
            tokio::time::sleep(self.tick / 4).await;
        }
    }
}

/// A server that runs already keeps the tick that it was started with.
fn tick(variables: &[(&str, &str)]) -> Duration {
    let own = variables.iter().find(|(name, _)| *name == "LESSON_TICK_MS");
    match (Target::current(), own) {
        (Target::Url(_), _) | (_, None) => Target::current().tick(),
        (_, Some((_, ms))) => Duration::from_millis(ms.parse().expect("a number of milliseconds")),
    }
}

/// Sends a request; returns when the head of the answer is here.
pub async fn send(request: RequestBuilder, tick: Duration) -> Answer {
    let (client, request) = request.build_split();
    let request = request.expect("a request");
    let line = curl::line(&request);
    let clock = Clock::start(tick);
    let patience = Target::current().patience(LONGEST_ANSWER);
    let response = timeout(patience, client.execute(request)).await;
    let response = response.unwrap_or_else(|_| panic!("{line}: no answer within {patience:?}"));
    let response = response.expect("an answer");
    // libtest shows it where the test fails.
    println!("{line} -> {}", response.status());
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    Answer::new(status, headers, response.bytes_stream(), clock)
}

/// A client that does nothing by itself: no proxy, no redirects, no connection kept.
pub fn client() -> Client {
    Client::builder()
        .no_proxy()
        .redirect(redirect::Policy::none())
        .pool_max_idle_per_host(0)
        .build()
        .expect("a client")
}
