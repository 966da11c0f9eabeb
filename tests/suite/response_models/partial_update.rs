//! PATCH: unset, null and a value are three things.

use lesson_tests::{Answer, TestServer};
use reqwest::Method;

use super::start;

async fn patch(server: &TestServer, item_id: &str, changes: &str) -> Answer {
    let request = server.request(Method::PATCH, &format!("/partial-update/items/{item_id}"));
    server.send(request.header("content-type", "application/json").body(changes.to_owned())).await
}

async fn assert_json(answer: Answer, status: u16, body: &str) {
    assert_eq!((answer.status, answer.content_type()), (status, Some("application/json")));
    assert_eq!(answer.text().await, body);
}

#[tokio::test]
async fn rm_32_a_patch_changes_what_it_mentions() {
    let server = start().await;
    for (changes, body) in [
        (
            "{}",
            r#"{"name":"Bar","description":"The bartenders","price":62.0,"tax":20.2,"tags":[]}"#,
        ),
        (
            r#"{"price":3}"#,
            r#"{"name":"Bar","description":"The bartenders","price":3.0,"tax":20.2,"tags":[]}"#,
        ),
        (
            r#"{"description":null}"#,
            r#"{"name":"Bar","description":null,"price":62.0,"tax":20.2,"tags":[]}"#,
        ),
        (
            r#"{"description":"A bar","price":"4","name":"Baz"}"#,
            r#"{"name":"Bar","description":"A bar","price":4.0,"tax":20.2,"tags":[]}"#,
        ),
    ] {
        assert_json(patch(&server, "bar", changes).await, 200, body).await;
    }
}

#[tokio::test]
async fn rm_32_null_is_refused_where_a_number_is_needed() {
    let server = start().await;
    let problem = r#"{"type":"float_type","loc":["body","price"],"msg":"Input should be a valid number","input":null}"#;
    let detail = format!(r#"{{"detail":[{problem}]}}"#);
    assert_json(patch(&server, "bar", r#"{"price":null}"#).await, 422, &detail).await;
}
