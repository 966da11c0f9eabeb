//! Names: camelCase in JSON, snake_case in the code.

use lesson_tests::{Answer, TestServer};
use reqwest::Method;

use super::start;

async fn create(server: &TestServer, body: &str) -> Answer {
    let request = server.request(Method::POST, "/camel-case/parcels");
    server.send(request.header("content-type", "application/json").body(body.to_owned())).await
}

async fn assert_json(answer: Answer, status: u16, body: &str) {
    assert_eq!((answer.status, answer.content_type()), (status, Some("application/json")));
    assert_eq!(answer.text().await, body);
}

#[tokio::test]
async fn rm_31_json_has_camel_case_names() {
    let server = start().await;
    let parcel = r#"{"trackingNumber":"A1","weightInGrams":500}"#;
    assert_json(create(&server, parcel).await, 200, parcel).await;
}

#[tokio::test]
async fn rm_31_a_422_has_the_names_of_the_json() {
    let server = start().await;
    let wrong = r#"{"trackingNumber":"A1","weightInGrams":"heavy"}"#;
    let problem = r#"{"type":"int_parsing","loc":["body","weightInGrams"],"msg":"Input should be a valid integer, unable to parse string as an integer","input":"heavy"}"#;
    assert_json(create(&server, wrong).await, 422, &format!(r#"{{"detail":[{problem}]}}"#)).await;
    // The names in the code aren't names of the body.
    let snake = r#"{"tracking_number":"A1","weight_in_grams":500}"#;
    let missing = ["trackingNumber", "weightInGrams"].map(|field| {
        format!(
            r#"{{"type":"missing","loc":["body","{field}"],"msg":"Field required","input":{snake}}}"#
        )
    });
    let detail = format!(r#"{{"detail":[{}]}}"#, missing.join(","));
    assert_json(create(&server, snake).await, 422, &detail).await;
}
