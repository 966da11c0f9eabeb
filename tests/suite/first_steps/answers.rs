//! What the routes answer.

use std::collections::BTreeMap;

use futures_util::future::join_all;
use lesson_tests::{Answer, TestServer, expect, fastapi, own_server_only, program, rust};
use reqwest::Method;
use serde_json::{Value, json};

use super::{TICK, start};

const UNKNOWN: &str = r#"{"detail":"Item not found"}"#;

async fn post(server: &TestServer, body: &Value) -> Answer {
    let request = server.request(Method::POST, "/items/");
    let request = request.header("content-type", "application/json").body(body.to_string());
    server.send(request).await
}

async fn stock(server: &TestServer) -> BTreeMap<i64, Value> {
    let answer = server.get("/items/").await;
    assert_eq!((answer.status, answer.content_type()), (200, Some("application/json")));
    serde_json::from_str(&answer.text().await).expect("items by their number")
}

/// A name that no other item has, also on a server that runs for long.
fn new_name() -> String {
    format!("item {}", fastrand::u64(..))
}

/// Puts five of an item into the stock; its number.
async fn add(server: &TestServer) -> i64 {
    let item = json!({ "name": new_name(), "price": 1.5, "quantity": 5 });
    let answer = post(server, &item).await;
    assert_eq!(answer.status, 201);
    let stored: Value = serde_json::from_str(&answer.text().await).expect("JSON");
    stored["id"].as_i64().expect("a number")
}

async fn assert_json(answer: Answer, status: u16, body: &str) {
    assert_eq!((answer.status, answer.content_type()), (status, Some("application/json")));
    assert_eq!(answer.text().await, body);
}

#[tokio::test]
async fn fs_02_a_string_is_plain_text() {
    let server = start().await;
    let answer = server.get("/").await;
    assert_eq!(answer.status, 200);
    let content_type = expect(rust("text/plain; charset=utf-8"), fastapi("application/json"));
    assert_eq!(answer.content_type(), Some(content_type));
    let body = expect(rust("Hello, FastAPI developer!"), fastapi(r#""Hello, FastAPI developer!""#));
    assert_eq!(answer.text().await, body);
}

#[tokio::test]
async fn fs_04_a_body_becomes_a_value_and_a_value_a_body() {
    let server = start().await;
    let name = new_name();
    let body = json!({ "name": name, "colour": "red", "quantity": 1, "price": 2 });
    let answer = post(&server, &body).await;
    assert_eq!((answer.status, answer.content_type()), (201, Some("application/json")));
    let stored = answer.text().await;
    let item = format!(r#"{{"name":"{name}","price":2.0,"quantity":1"#);
    let id: i64 = stored
        .strip_prefix(&format!(r#"{item},"id":"#))
        .and_then(|rest| rest.strip_suffix('}')?.parse().ok())
        .unwrap_or_else(|| panic!("{stored}"));
    let answer = server.get(&format!("/items/{id}?limit=9")).await;
    assert_json(answer, 200, &format!("{item}}}")).await;
}

#[tokio::test]
async fn fs_05_what_one_request_stores_the_next_one_finds() {
    let server = start().await;
    let item = json!({ "name": new_name(), "price": 1.5, "quantity": 5 });
    let other = json!({ "name": new_name(), "price": 0.5, "quantity": 1 });
    post(&server, &item).await;
    post(&server, &other).await;
    let stock = stock(&server).await;
    let number = |item| stock.iter().find(|(_, other)| *other == item).map(|(number, _)| number);
    let (first, second) = (number(&item).expect("an item"), number(&other).expect("an item"));
    assert_eq!(*second, first + 1);
}

#[tokio::test]
async fn fs_05_a_new_process_begins_with_an_empty_stock() {
    own_server_only!("counts what is stored");
    let server = start().await;
    assert_json(server.get("/items/").await, 200, "{}").await;
    assert_eq!(add(&server).await, 1);
    assert_eq!(server.delete("/items/1").await.status, 204);
    // A number is not given a second time.
    assert_eq!(add(&server).await, 2);
}

#[tokio::test]
async fn fs_03_path_and_query_are_numbers() {
    let server = start().await;
    let id = add(&server).await;
    for (limit, quantity) in [("2", 2), ("5", 5), ("6", 5), ("-1", -1), ("3&other=x", 3)] {
        let answer = server.get(&format!("/items/{id}?limit={limit}")).await;
        assert_eq!((answer.status, answer.content_type()), (200, Some("application/json")));
        let item: Value = serde_json::from_str(&answer.text().await).expect("JSON");
        assert_eq!(item["quantity"], quantity, "{limit}");
    }
    // What was answered was a copy.
    assert_eq!(stock(&server).await[&id]["quantity"], 5);
}

#[tokio::test]
async fn fs_06_an_unknown_item_is_a_404_with_a_detail() {
    let server = start().await;
    assert_json(server.get("/items/-1?limit=1").await, 404, UNKNOWN).await;
    assert_json(server.delete("/items/-1").await, 404, UNKNOWN).await;
}

#[tokio::test]
async fn fs_07_a_status_alone_is_an_answer() {
    let server = start().await;
    let path = format!("/items/{}", add(&server).await);
    let answer = server.delete(&path).await;
    let content_type = expect(rust(None), fastapi(Some("application/json")));
    assert_eq!((answer.status, answer.content_type()), (204, content_type));
    assert_eq!(answer.text().await, "");
    assert_json(server.delete(&path).await, 404, UNKNOWN).await;
    assert_json(server.get(&format!("{path}?limit=1")).await, 404, UNKNOWN).await;
}

#[tokio::test]
async fn fs_08_an_unexpected_error_is_a_500_that_tells_nothing() {
    own_server_only!("takes the file away");
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("terms.txt");
    let path = file.display().to_string();
    let program = program::start("first-steps", TICK, &[("LESSON_TERMS", &path)]).await;
    let answer = program.get("/terms").await;
    assert_eq!((answer.status, answer.content_type()), (500, Some("text/plain; charset=utf-8")));
    assert_eq!(answer.text().await, "Internal Server Error");
    program.log_line("No such file or directory");
    std::fs::write(&file, "No returns.\n").expect("a file");
    let answer = program.get("/terms").await;
    assert_eq!((answer.status, answer.content_type()), (200, Some("text/plain; charset=utf-8")));
    assert_eq!(answer.text().await, "No returns.\n");
}

#[tokio::test]
async fn fs_14_of_a_thousand_and_one_items_the_last_is_a_507() {
    own_server_only!("fills the server");
    let server = start().await;
    let item = json!({ "name": "Lamp", "price": 1.5, "quantity": 5 });
    for _ in 0..20 {
        for answer in join_all((0..50).map(|_| post(&server, &item))).await {
            assert_eq!(answer.status, 201);
        }
    }
    let full = r#"{"detail":"The stock is full"}"#;
    assert_json(post(&server, &item).await, 507, full).await;
    assert_eq!(stock(&server).await.len(), 1000);
    // A deleted item makes room for another one.
    assert_eq!(server.delete("/items/7").await.status, 204);
    assert_eq!(post(&server, &item).await.status, 201);
    assert_json(post(&server, &item).await, 507, full).await;
}

#[tokio::test]
async fn fs_14_a_body_of_more_than_4_kib_is_a_413() {
    let server = start().await;
    let item = json!({ "name": "x".repeat(4000), "price": 1.5, "quantity": 5 });
    assert_eq!(post(&server, &item).await.status, 201);
    let item = json!({ "name": "x".repeat(4096), "price": 1.5, "quantity": 5 });
    let answer = post(&server, &item).await;
    assert_eq!((answer.status, answer.content_type()), (413, Some("text/plain; charset=utf-8")));
    let axums = "Failed to buffer the request body: length limit exceeded";
    assert_eq!(answer.text().await, expect(rust(axums), fastapi("Content Too Large")));
}
