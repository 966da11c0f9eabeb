//! The solution of the exercise.

use serde_json::json;

use crate::client::TestClient;
use crate::state::fresh_app;

#[tokio::test(flavor = "multi_thread")]
async fn te_46_one_of_ten_competing_creations_succeeds() {
    let app = fresh_app();
    let mut creations = Vec::new();
    for number in 0..10 {
        let client = TestClient::new(app.clone()).with_header("x-token", "coneofsilence");
        let item = json!({"id": "wanted", "title": format!("From client {number}")});
        creations.push(tokio::spawn(async move { client.post("/crud/items/", &item).await }));
    }
    let mut statuses = Vec::new();
    for creation in creations {
        statuses.push(creation.await.unwrap().status.as_u16());
    }
    statuses.sort();
    assert_eq!(statuses, [200, 400, 400, 400, 400, 400, 400, 400, 400, 400]);
}
