//! The extractors of `fastapi_extract` against real FastAPI: the same requests to
//! the same routes, and whether the answers are the same.
//!
//! `LESSON_TARGET=fastapi LESSON_SEED=2 cargo test -p lesson-tests --test suite extract::`
//! tries other random requests than `just parity` does.

mod app;
mod around;
mod constraints;
mod forms;
mod own_tests;
mod random;
mod table;
mod types;
mod unions;

use std::env;
use std::fmt::{self, Display, Formatter};
use std::future::IntoFuture;
use std::net::SocketAddr;

use axum::Router;
use axum::body::Bytes;
use futures_util::{StreamExt, future, stream};
use lesson_tests::server::client;
use lesson_tests::{Binary, Target, fastapi, fastapi_only, own_server_only, workspace};
use reqwest::{Client, Method, Response};
use serde_json::Value;
use tokio::net::TcpListener;

/// How many random requests of each kind are compared.
const REQUESTS: usize = 1_500;

/// How many at a time: enough to keep a uvicorn with one worker busy.
const AT_A_TIME: usize = 8;

#[tokio::test]
async fn requests_picked_by_hand_are_answered_as_written() {
    own_server_only!("needs routes of its own");
    let server = Server::of_target(app::router(), "extract_app").await;
    let different = [table::different(), unions::different(), own_tests::different()];
    for (sent, written) in alike().chain(different.into_iter().flatten()) {
        let answer = server.ask(&sent).await;
        assert_eq!(answer.summary(), written, "{sent:?}");
    }
}

#[tokio::test]
async fn random_requests_are_answered_as_fastapi_does() {
    fastapi_only!("compares with real FastAPI");
    let ours = Server::rust(app::router()).await;
    let fastapis = Server::fastapi("extract_app").await;
    let seed = seed();
    let sent = alike()
        .map(|(sent, _)| sent)
        .chain(random::requests(seed).take(REQUESTS))
        .chain(constraints::requests(seed).take(REQUESTS))
        .chain(types::requests(seed).take(REQUESTS))
        .chain(unions::requests(seed).take(REQUESTS));
    assert_alike(&ours, &fastapis, seed, sent, |answer| answer).await;
}

/// The requests picked by hand that both answer alike.
fn alike() -> impl Iterator<Item = (Sent, &'static str)> {
    let all =
        [table::alike(), constraints::alike(), types::alike(), unions::alike(), own_tests::alike()];
    all.into_iter().flatten()
}

/// Both answer the same, once what differs on purpose is taken out.
async fn assert_alike(
    ours: &Server,
    fastapis: &Server,
    seed: u64,
    sent: impl Iterator<Item = Sent>,
    reduced: fn(Answer) -> Answer,
) {
    let differing: Vec<String> = stream::iter(sent)
        .map(|sent| compare(ours, fastapis, sent, reduced))
        .buffered(AT_A_TIME)
        .filter_map(future::ready)
        .collect()
        .await;
    assert!(
        differing.is_empty(),
        "LESSON_SEED={seed}: {} answers differ; the first of them:\n{}",
        differing.len(),
        differing[..differing.len().min(3)].join("\n")
    );
}

/// Which random requests are sent: always the same ones, unless `LESSON_SEED` says otherwise.
fn seed() -> u64 {
    env::var("LESSON_SEED").map_or(1, |seed| seed.parse().expect("LESSON_SEED is a number"))
}

/// The request and both answers, if these differ.
async fn compare(
    ours: &Server,
    fastapis: &Server,
    sent: Sent,
    reduced: fn(Answer) -> Answer,
) -> Option<String> {
    let (ours, fastapis) = tokio::join!(ours.ask(&sent), fastapis.ask(&sent));
    let (mut ours, mut fastapis) = (reduced(ours), reduced(fastapis));
    if unions::is_flattened(&sent) {
        ours.even_out();
        fastapis.even_out();
    }
    (ours != fastapis).then(|| format!("{sent:?}\n  ours:    {ours}\n  FastAPI: {fastapis}"))
}

/// A request, to whichever server.
#[derive(Clone, Debug)]
struct Sent {
    method: Method,
    /// Path and query.
    target: String,
    headers: Vec<(String, String)>,
    body: Bytes,
}

impl Sent {
    fn get(target: impl Into<String>) -> Self {
        let target = target.into();
        Self { method: Method::GET, target, headers: Vec::new(), body: Bytes::new() }
    }

    fn post(target: impl Into<String>, body: impl Into<Bytes>) -> Self {
        Self { method: Method::POST, body: body.into(), ..Self::get(target) }
    }

    fn post_json(target: impl Into<String>, body: impl Into<Bytes>) -> Self {
        Self::post(target, body).header("content-type", "application/json")
    }

    fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }
}

/// What a server answered.
#[derive(PartialEq)]
struct Answer {
    status: u16,
    /// Null if it is no JSON, as that of a 500.
    body: Value,
}

impl Answer {
    fn new(status: u16, body: &[u8]) -> Self {
        Self { status, body: serde_json::from_slice(body).unwrap_or_default() }
    }

    /// Takes out what differs for structs with flattened ones in them, of which serde does not tell
    /// the names: the order of the problems, and what is shown of a value that is no object.
    fn even_out(&mut self) {
        if let Some(problems) = self.body.get_mut("detail").and_then(Value::as_array_mut) {
            problems.sort_by_key(|problem| format!("{} {}", problem["loc"], problem["type"]));
            for problem in problems {
                if problem["type"] == "model_attributes_type" || problem["type"] == "list_type" {
                    problem["input"] = Value::Null;
                }
            }
        }
    }

    /// `200 [1,2]` or `422 int_parsing query.skip, missing body.x`.
    fn summary(&self) -> String {
        let problem = |problem: &Value| {
            let steps = problem["loc"].as_array().expect("a loc").iter();
            let steps: Vec<_> = steps.map(|step| text(step.clone())).collect();
            format!("{} {}", text(problem["type"].clone()), steps.join("."))
        };
        match self.body["detail"].as_array() {
            Some(problems) => {
                let problems: Vec<_> = problems.iter().map(problem).collect();
                format!("{} {}", self.status, problems.join(", "))
            }
            None => self.to_string(),
        }
    }
}

impl Display for Answer {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.status, self.body)
    }
}

/// A value as it is written in a path, a query or a header.
fn text(value: Value) -> String {
    match value {
        Value::String(text) => text,
        other => other.to_string(),
    }
}

/// A server that has the routes.
struct Server {
    base_url: String,
    client: Client,
    /// What runs it, unless it is a task of the test.
    _uvicorn: Option<Binary>,
}

impl Server {
    async fn of_target(router: Router, module: &str) -> Self {
        match Target::current() {
            Target::FastApi => Self::fastapi(module).await,
            _ => Self::rust(router).await,
        }
    }

    async fn rust(router: Router) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let base_url = format!("http://{}", listener.local_addr().expect("an address"));
        let service = router.into_make_service_with_connect_info::<SocketAddr>();
        tokio::spawn(axum::serve(listener, service).into_future());
        Self { base_url, client: client(), _uvicorn: None }
    }

    async fn fastapi(module: &str) -> Self {
        let folder = workspace::root().join("tests/fastapi");
        let uvicorn = fastapi::start_app(&folder, module).await;
        Self { base_url: uvicorn.base_url().to_owned(), client: client(), _uvicorn: Some(uvicorn) }
    }

    async fn ask(&self, sent: &Sent) -> Answer {
        let response = self.send(sent).await;
        let status = response.status().as_u16();
        Answer::new(status, &response.bytes().await.expect("a body"))
    }

    async fn send(&self, sent: &Sent) -> Response {
        let url = format!("{}{}", self.base_url, sent.target);
        let mut request = self.client.request(sent.method.clone(), url).body(sent.body.clone());
        for (name, value) in &sent.headers {
            request = request.header(name, value.as_bytes());
        }
        request.send().await.unwrap_or_else(|error| panic!("{sent:?}: {error}"))
    }
}
