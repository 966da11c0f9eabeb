//! A small test client: the counterpart of FastAPI's `TestClient`, in process.

// ANCHOR: client
use axum::Router;
use axum::body::Body;
use axum::http::request::Builder;
use axum::http::{HeaderMap, Request, StatusCode};
use http_body_util::BodyExt;
use serde_json::Value;
use tower::ServiceExt;

/// Calls an app without a server. Clones of the router share its state.
pub struct TestClient {
    app: Router,
    headers: Vec<(&'static str, &'static str)>,
}

/// An answer whose body was read to its end.
pub struct Reply {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: String,
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

    async fn send(&self, mut request: Builder, body: Body) -> Reply {
        for (name, value) in &self.headers {
            request = request.header(*name, *value);
        }
        let request = request.body(body).expect("a valid request");
        let response = self.app.clone().oneshot(request).await.expect("never an error");
        let (head, body) = response.into_parts();
        let body = body.collect().await.expect("a whole body").to_bytes();
        let body = String::from_utf8(body.into()).expect("a body in UTF-8");
        Reply { status: head.status, headers: head.headers, body }
    }
}

impl Reply {
    /// The body, read as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).expect("a body in JSON")
    }
}
// ANCHOR_END: client
