//! A small test client: the lesson's counterpart of FastAPI's `TestClient`.

// ANCHOR: use
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::request::Builder;
use axum::http::{HeaderMap, Request, StatusCode};
use serde_json::Value;
use tower::ServiceExt;
// ANCHOR_END: use

// ANCHOR: client
/// Calls an app without a server.
pub struct TestClient {
    app: Router,
    headers: Vec<(&'static str, &'static str)>,
}

impl TestClient {
    pub fn new(app: Router) -> Self {
        Self { app, headers: Vec::new() }
    }

    /// Sends this header with every request.
    pub fn with_header(mut self, name: &'static str, value: &'static str) -> Self {
        self.headers.push((name, value));
        self
    }

    pub async fn get(&self, path: &str) -> Reply {
        self.send(Request::get(path), Body::empty()).await
    }

    pub async fn post(&self, path: &str, json: &Value) -> Reply {
        let request = Request::post(path).header("content-type", "application/json");
        self.send(request, Body::from(json.to_string())).await
    }
    // ANCHOR_END: client

    // ANCHOR: send
    async fn send(&self, mut request: Builder, body: Body) -> Reply {
        for (name, value) in &self.headers {
            request = request.header(*name, *value);
        }
        let request = request.body(body).expect("a valid request");
        let response = self.app.clone().oneshot(request).await.expect("a response");
        let (head, body) = response.into_parts();
        let body = to_bytes(body, usize::MAX).await.expect("a whole body");
        let body = String::from_utf8(body.into()).expect("a body in UTF-8");
        Reply { status: head.status, headers: head.headers, body }
    }
    // ANCHOR_END: send
}

// ANCHOR: reply
/// A response whose body has been read to its end.
pub struct Reply {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: String,
}

impl Reply {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).expect("a body in JSON")
    }
}
// ANCHOR_END: reply
