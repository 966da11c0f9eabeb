//! Load from oha, and what it says of it.

use std::process::Command;
use std::time::Duration;

use serde_json::Value;

use crate::{Result, programs};

/// One request, again and again.
#[derive(Clone, Copy, Debug)]
pub struct Request {
    /// `GET`, `POST`.
    pub method: &'static str,
    /// With the query.
    pub path: &'static str,
    /// `name: value`.
    pub headers: &'static [&'static str],
    /// A body; `[A-Z]` and the like stand for a random character.
    pub body: Option<&'static str>,
    /// How many of them at the same time.
    pub connections: u32,
}

impl Request {
    /// A request without headers and body, from 32 clients.
    pub const fn get(path: &'static str) -> Self {
        Self { method: "GET", path, headers: &[], body: None, connections: 32 }
    }
}

/// How many requests.
#[derive(Clone, Copy, Debug)]
pub enum Amount {
    /// As many as are answered in this time.
    For(Duration),
    /// So many requests, all at once.
    AtOnce(u32),
    /// So many a second, for this time.
    PerSecond(u32, Duration),
}

/// What the clients saw.
#[derive(Clone, Copy, Debug)]
pub struct Seen {
    /// How many were answered; all were answered well.
    pub requests: f64,
    /// From the first request to the last answer.
    pub seconds: f64,
    /// Half of the answers came in this time.
    pub median_ms: f64,
    /// 99 of 100 answers came in this time.
    pub p99_ms: f64,
}

/// Sends a request to a base URL again and again. An answer that is not well is an error.
pub fn send(url: &str, request: &Request, amount: Amount) -> Result<Seen> {
    let mut oha = Command::new(programs::oha());
    oha.args(["--no-tui", "--output-format", "json", "--method", request.method]);
    for header in request.headers {
        oha.args(["-H", header]);
    }
    if let Some(body) = request.body {
        oha.args(["-d", body]);
    }
    let connections = request.connections.to_string();
    match amount {
        Amount::For(time) => oha.args(["-c", &connections, "-z", &ms(time)]),
        Amount::AtOnce(n) => oha.args(["-c", &n.to_string(), "-n", &n.to_string()]),
        Amount::PerSecond(n, time) => oha.args([
            "-c",
            &connections,
            "-q",
            &n.to_string(),
            "--latency-correction",
            "-z",
            &ms(time),
        ]),
    };
    oha.args(["--wait-ongoing-requests-after-deadline", url]);
    let output = oha.output().map_err(|error| format!("{oha:?}: {error}"))?;
    let report: Value = serde_json::from_slice(&output.stdout)
        .map_err(|_| format!("{oha:?}: {}", String::from_utf8_lossy(&output.stderr)))?;
    seen(&report).ok_or_else(|| format!("{url}: not all was answered well: {report}").into())
}

fn ms(time: Duration) -> String {
    format!("{}ms", time.as_millis())
}

/// `None` if a request failed.
fn seen(report: &Value) -> Option<Seen> {
    let statuses = report["statusCodeDistribution"].as_object()?;
    let errors = report["errorDistribution"].as_object()?;
    if !errors.is_empty() || !statuses.keys().all(|status| status.starts_with('2')) {
        return None;
    }
    let latency =
        |percentile: &str| Some(1000.0 * report["latencyPercentiles"][percentile].as_f64()?);
    Some(Seen {
        requests: statuses.values().filter_map(Value::as_f64).sum(),
        seconds: report["summary"]["total"].as_f64()?,
        median_ms: latency("p50")?,
        p99_ms: latency("p99")?,
    })
}
