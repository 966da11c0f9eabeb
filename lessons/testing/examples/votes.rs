//! A whole program in plain axum, with its tests.
//!
//! ```text
//! cargo test -p lesson-testing --example votes
//! cargo run -p lesson-testing --example votes
//! curl -X POST http://127.0.0.1:8000/votes
//! ```

// ANCHOR: program
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::extract::State;
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};
use tokio::net::TcpListener;

#[derive(Clone, Default)]
struct AppState {
    votes: Arc<AtomicU64>, // clones share the counter
}

fn app(state: AppState) -> Router {
    Router::new().route("/votes", get(count).post(vote)).with_state(state)
}

async fn count(State(state): State<AppState>) -> Json<Value> {
    Json(json!({"votes": state.votes.load(Ordering::Relaxed)}))
}

async fn vote(State(state): State<AppState>) -> Json<Value> {
    Json(json!({"votes": state.votes.fetch_add(1, Ordering::Relaxed) + 1}))
}

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:8000").await?;
    axum::serve(listener, app(AppState::default())).await
}
// ANCHOR_END: program

// ANCHOR: test
#[cfg(test)]
mod tests {
    use axum::body::{Body, to_bytes};
    use axum::http::{Request, StatusCode};
    use tower::ServiceExt; // for `oneshot`

    use super::*;

    #[tokio::test]
    async fn each_vote_counts() {
        let app = app(AppState::default());
        for expected in [r#"{"votes":1}"#, r#"{"votes":2}"#] {
            let request = Request::post("/votes").body(Body::empty()).unwrap();
            let response = app.clone().oneshot(request).await.unwrap();
            assert_eq!(response.status(), StatusCode::OK);
            let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
            assert_eq!(body, expected);
        }
    }
}
// ANCHOR_END: test
