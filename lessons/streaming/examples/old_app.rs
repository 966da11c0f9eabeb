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
use std::net::SocketAddr;
use std::time::Duration;

use axum::body::{Body, HttpBody};
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Router, middleware};
use lesson_streaming::hop_by_hop::remove_hop_by_hop;
use lesson_streaming::http_10;
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
    Router::new()
        .route("/v2", get(async || "the new app"))
        .fallback(pass_on)
        .layer(middleware::from_fn(http_10::refuse_streams))
        .with_state(old)
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
            // The old app could close a kept one just when it is used again, and a POST can't be
            // sent twice.
            .pool_max_idle_per_host(0)
            .build()?;
        Ok(Self { client, url: url.trim_end_matches('/').to_owned() })
    }
}

async fn pass_on(
    State(old): State<OldApp>,
    ConnectInfo(client): ConnectInfo<SocketAddr>,
    request: Request,
) -> Result<Response, ApiError> {
    let (mut parts, body) = request.into_parts();
    remove_hop_by_hop(&mut parts.headers);
    // Anybody can write this header. Behind a proxy of yours, append to what it wrote.
    let address = HeaderValue::try_from(client.ip().to_canonical().to_string())?;
    parts.headers.insert("x-forwarded-for", address);
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

fn bad_gateway(error: reqwest::Error) -> ApiError {
    tracing::warn!(error = with_causes(&error), "no answer from the old app");
    ApiError::from_status(StatusCode::BAD_GATEWAY)
}
