//! The solutions of the exercises.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use serde_json::{Value, json};
use tokio::time::sleep;

use crate::client::TestClient;
use crate::state::fresh_app;

#[tokio::test(flavor = "multi_thread")]
async fn te_46_one_of_ten_competing_creations_succeeds() {
    let app = fresh_app();
    // Several rounds: a busy machine may run the ten one after the other, and see nothing.
    for round in 0..5 {
        let mut creations = Vec::new();
        for number in 0..10 {
            let client = TestClient::new(app.clone()).with_header("x-token", "coneofsilence");
            let title = format!("From client {number}");
            let item = json!({"id": format!("wanted-{round}"), "title": title});
            creations.push(tokio::spawn(async move { client.post("/crud/items/", &item).await }));
        }
        let mut statuses = Vec::new();
        for creation in creations {
            statuses.push(creation.await.unwrap().status.as_u16());
        }
        statuses.sort();
        assert_eq!(statuses, [200, 400, 400, 400, 400, 400, 400, 400, 400, 400]);
    }
}

#[derive(Clone, Default)]
struct Votes(Arc<AtomicU64>);

async fn vote_later(State(Votes(votes)): State<Votes>) -> StatusCode {
    tokio::spawn(async move {
        sleep(Duration::from_secs(60)).await;
        votes.fetch_add(1, Ordering::Relaxed);
    });
    StatusCode::ACCEPTED
}

#[tokio::test(start_paused = true)]
async fn a_later_vote_counts_after_a_minute() {
    let votes = Votes::default();
    let app = Router::new().route("/votes/later", post(vote_later)).with_state(votes.clone());
    let response = TestClient::new(app).post("/votes/later", &Value::Null).await;
    assert_eq!(response.status, StatusCode::ACCEPTED);
    sleep(Duration::from_secs(59)).await;
    assert_eq!(votes.0.load(Ordering::Relaxed), 0);
    sleep(Duration::from_secs(2)).await;
    assert_eq!(votes.0.load(Ordering::Relaxed), 1);
}
