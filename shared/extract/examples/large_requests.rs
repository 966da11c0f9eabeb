//! Measures what requests cost that are made to be expensive: `cargo run --release -p
//! fastapi-extract --example large_requests`. For each it prints the status, the size of the
//! answer, the time of the first request and of the fastest of ten, and (on Linux) how much
//! memory the first one took at its peak above what the process had with the body in it.

use std::collections::HashMap;
use std::error::Error;
use std::process::Command;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::DefaultBodyLimit;
use axum::http::Request;
use axum::routing::post;
use fastapi_extract::{Cookie, Json, Secret};
use serde::Deserialize;
use tower::ServiceExt;

#[path = "../src/tests/wide.rs"]
mod wide;

use wide::Wide;

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

#[derive(Deserialize)]
#[expect(dead_code, reason = "it is only read")]
struct Item {
    title: String,
    text: String,
    password: Option<Secret>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "it is only read")]
struct Lists {
    name: String,
    lists: Vec<Vec<i64>>,
    maps: Vec<HashMap<String, i64>>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "it is only read")]
struct Numbers {
    a: Vec<i64>,
}

/// A request to a path, with its cookies and its body.
struct Case {
    path: &'static str,
    cookies: String,
    body: Bytes,
}

impl Case {
    fn body(path: &'static str, body: String) -> Self {
        Self { path, cookies: String::new(), body: body.into() }
    }

    fn cookies(path: &'static str, cookie: impl Fn(usize) -> String) -> Self {
        let cookies: Vec<_> = (0..20_000).map(cookie).collect();
        Self { path, cookies: cookies.join(";"), body: Bytes::new() }
    }

    async fn send(&self, app: &Router) -> Result<(u16, usize, Duration)> {
        let request = Request::post(self.path)
            .header("content-type", "application/json")
            .header("cookie", &self.cookies)
            .body(Body::from(self.body.clone()))?;
        let start = Instant::now();
        let response = app.clone().oneshot(request).await?;
        let status = response.status().as_u16();
        let size = to_bytes(response.into_body(), usize::MAX).await?.len();
        Ok((status, size, start.elapsed()))
    }
}

/// In KiB: how much memory the process has now, or had at most.
fn memory(field: &str) -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(field));
    line.and_then(|line| line.trim().strip_suffix(" kB")?.parse().ok()).unwrap_or_default()
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let app = Router::new()
        .route("/wide", post(async |_: Json<Wide>| ()))
        .route("/items", post(async |_: Json<Vec<Item>>| ()))
        .route("/lists", post(async |_: Json<Lists>| ()))
        .route("/numbers", post(async |_: Json<Vec<i64>>| ()))
        .route("/cookie-map", post(async |_: Cookie<HashMap<String, String>>| ()))
        .route("/cookie-list", post(async |_: Cookie<Numbers>| ()))
        .layer(DefaultBodyLimit::disable());
    let long = |size| format!(r#"{{"unknown":"{}"}}"#, "x".repeat(size));
    let list = |item: &str, len| format!("[{}]", vec![item; len].join(","));
    let item = format!(r#"{{"text":"{}","password":"p"}}"#, "x".repeat(2_000));
    let cases = [
        Case::body("/wide", long(2 << 20)),
        Case::body("/wide", long(300_000)),
        Case::body("/items", list(&item, 1_000)),
        Case::body("/lists", format!(r#"{{"lists":{}}}"#, list("[0]", 250_000))),
        Case::body("/lists", format!(r#"{{"maps":{}}}"#, list(r#"{"a":0}"#, 120_000))),
        Case::body("/numbers", list("null", 400_000)),
        Case::cookies("/cookie-map", |number| format!("a{number}=1")),
        Case::cookies("/cookie-list", |_| "a=1".to_owned()),
    ];
    // Each in a process of its own, so that none finds memory that another one has left.
    let Some(index) = std::env::args().nth(1) else {
        for index in 0..cases.len() {
            let mut measure = Command::new(std::env::current_exe()?);
            measure.arg(index.to_string()).status()?;
        }
        return Ok(());
    };
    if let Some(case) = cases.into_iter().nth(index.parse()?) {
        let before = memory("VmRSS:");
        let (status, size, first) = case.send(&app).await?;
        let peak = memory("VmHWM:").saturating_sub(before);
        let mut best = first;
        for _ in 0..10 {
            best = best.min(case.send(&app).await?.2);
        }
        println!(
            "{:12} {status} body {:5} KiB, answer {:5} KiB, first {first:6.1?}, best {best:6.1?}, peak {peak:6} KiB",
            case.path,
            (case.body.len() + case.cookies.len()) / 1024,
            size / 1024,
        );
    }
    Ok(())
}
