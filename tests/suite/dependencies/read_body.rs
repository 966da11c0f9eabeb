//! A layer that reads the body before the handler does.

use lesson_tests::{Answer, TestServer, expect, fastapi, rust};
use reqwest::Method;

use super::{assert_json, invalid, no_integer, start};

const PATH: &str = "/read-body/items";

async fn post(server: &TestServer, body: &str) -> Answer {
    let request = server.request(Method::POST, PATH).header("content-type", "application/json");
    server.send(request.body(body.to_owned())).await
}

/// The body of a spanner, blanks included, in so many bytes.
fn spanner(length: usize) -> String {
    format!("{:>length$}", r#"{"size":7}"#)
}

#[tokio::test]
async fn de_68_the_handler_reads_a_body_that_a_layer_has_read() {
    let server = start().await;
    assert_json(post(&server, &spanner(10)).await, 200, r#"{"size":7}"#).await;
    assert_json(post(&server, &spanner(1024)).await, 200, r#"{"size":7}"#).await;
    assert_eq!(server.events().await, ["10 bytes", "1024 bytes"]);
    let problem = no_integer("body", "size", "x");
    assert_json(post(&server, r#"{"size":"x"}"#).await, 422, &invalid(&[problem])).await;
}

#[tokio::test]
async fn de_68_a_body_over_the_limit_gets_a_413() {
    let server = start().await;
    let answer = post(&server, &spanner(1025)).await;
    let (json, text) = (Some("application/json"), Some("text/plain; charset=utf-8"));
    assert_eq!((answer.status, answer.content_type()), (413, expect(rust(json), fastapi(text))));
    let body = expect(rust(r#"{"detail":"Payload Too Large"}"#), fastapi("Content Too Large"));
    assert_eq!(answer.text().await, body);
    assert_eq!(server.events().await, [""; 0]);
}
