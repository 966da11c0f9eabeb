//! Whole bodies as snapshots: insta.

use insta::assert_snapshot;
use serde_json::json;

use crate::client::TestClient;
use crate::state::fresh_app;

// ANCHOR: insta
#[tokio::test]
async fn te_40_a_whole_body_as_a_snapshot() {
    let client = TestClient::new(fresh_app());
    let response = client.post("/crud/items/", &json!({"id": 1})).await;
    let body = serde_json::to_string_pretty(&response.json()).unwrap();
    assert_snapshot!(body, @r#"
    {
      "detail": [
        {
          "type": "missing",
          "loc": [
            "header",
            "x-token"
          ],
          "msg": "Field required",
          "input": null
        },
        {
          "type": "string_type",
          "loc": [
            "body",
            "id"
          ],
          "msg": "Input should be a valid string",
          "input": 1
        },
        {
          "type": "missing",
          "loc": [
            "body",
            "title"
          ],
          "msg": "Field required",
          "input": {
            "id": 1
          }
        }
      ]
    }
    "#);
}
// ANCHOR_END: insta
