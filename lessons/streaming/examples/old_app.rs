//! A new app in front of an old one: what the new one doesn't have yet, the old one answers.
//!
//! ```text
//! LESSON_OLD_APP=http://127.0.0.1:5000 cargo run -p lesson-streaming --example old_app
//! curl http://127.0.0.1:8000/v2
//! ```
//!
//! The old app runs on as the process that it is, in Flask or Django or anything else. Move it
//! path by path: a path that has a route here is the new app's, whatever the method.

use std::env;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, HttpBody};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use lesson_support::error::with_causes;
use lesson_support::{ApiError, Lesson, Result, Server};
use reqwest::{Client, redirect};

const LESSON: Lesson = Lesson {
    name: "old-app",
    title: "a new app in front of an old one",
    try_first: &["{}/v2", "{}/anything/else"],
    readme: "lessons/README.md",
};

#[tokio::main]
async fn main() -> Result<()> {
    let server = Server::from_args(LESSON).await?;
    let url = env::var("LESSON_OLD_APP").unwrap_or_else(|_| "http://127.0.0.1:5000".to_owned());
    server.serve(app(OldApp::new(&url)?)).await
}

fn app(old: OldApp) -> Router {
    Router::new().route("/v2", get(async || "the new app")).fallback(pass_on).with_state(old)
}

#[derive(Clone)]
struct OldApp {
    client: Client,
    url: String,
}

impl OldApp {
    fn new(url: &str) -> Result<Self> {
        let client = Client::builder()
            .no_proxy()
            .redirect(redirect::Policy::none()) // the browser follows them
            // No limit for reading: it would also end an upload that takes longer.
            .connect_timeout(Duration::from_secs(5))
            .build()?;
        Ok(Self { client, url: url.trim_end_matches('/').to_owned() })
    }
}

async fn pass_on(State(old): State<OldApp>, request: Request) -> Result<Response, ApiError> {
    let (mut parts, body) = request.into_parts();
    remove_hop_by_hop(&mut parts.headers);
    let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
    let mut request = old.client.request(parts.method, format!("{}{path}", old.url));
    request = request.headers(parts.headers); // with `host`, so that the old app links to the new
    if !body.is_end_stream() {
        request = request.body(reqwest::Body::wrap_stream(body.into_data_stream()));
    }

    let answer = request.send().await.map_err(bad_gateway)?;
    let (status, mut headers) = (answer.status(), answer.headers().clone());
    remove_hop_by_hop(&mut headers);
    Ok((status, headers, Body::from_stream(answer.bytes_stream())).into_response())
}

/// Removes what is about one connection, and so not for the next (RFC 9110, 7.6.1): what
/// `Connection` names, and these.
fn remove_hop_by_hop(headers: &mut HeaderMap) {
    const ALWAYS: [&str; 6] =
        ["connection", "keep-alive", "proxy-connection", "te", "transfer-encoding", "upgrade"];
    let lines = headers.get_all(header::CONNECTION).iter().filter_map(|line| line.to_str().ok());
    let named: Vec<String> = lines.flat_map(|line| line.split(',')).map(trimmed).collect();
    for name in named.iter().map(String::as_str).chain(ALWAYS) {
        headers.remove(name);
    }
}

fn trimmed(name: &str) -> String {
    name.trim().to_owned()
}

fn bad_gateway(error: reqwest::Error) -> ApiError {
    tracing::warn!(error = with_causes(&error), "no answer from the old app");
    ApiError::from_status(StatusCode::BAD_GATEWAY)
}
