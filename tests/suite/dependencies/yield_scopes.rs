//! What runs after the handler: a function, a drop guard, a layer, the exit stack.

use lesson_tests::{End, TestServer, expect, fastapi, rust};

use super::start;

async fn assert_answer(server: &TestServer, path: &str, status: u16, body: &str) {
    let answer = server.get(path).await;
    assert_eq!(answer.status, status, "{path}");
    assert_eq!(answer.content_type(), Some("application/json"), "{path}");
    assert_eq!(answer.text().await, body, "{path}");
}

#[tokio::test]
async fn de_51_a_function_around_the_work_ends_before_the_response() {
    let server = start().await;
    let body = r#"{"item_id":"1","session":"session"}"#;
    assert_answer(&server, "/scope-function/items/1", 200, body).await;
    let events = server.events().await;
    assert_eq!(events, ["session opened", "handler", "session committed", "session closed"]);
}

#[tokio::test]
async fn de_51_a_function_around_the_work_sees_the_error() {
    let server = start().await;
    let body = r#"{"detail":"Not Found"}"#;
    assert_answer(&server, "/scope-function/items/http", 404, body).await;
    let events = server.events().await;
    assert_eq!(events, ["session opened", "handler", "session rolled back", "session closed"]);
}

#[tokio::test]
async fn de_71_a_session_rolls_back_after_a_panic() {
    let server = start().await;
    let answer = server.get("/scope-function/crash").await;
    assert_eq!((answer.status, answer.text().await.as_str()), (500, "Internal Server Error"));
    let events = server.events().await;
    assert_eq!(events, ["session opened", "handler", "session rolled back", "session closed"]);
}

#[tokio::test]
async fn de_52_swallowing_an_error_needs_another_answer() {
    let server = start().await;
    let answer = server.get("/scope-function/swallowed").await;
    assert_eq!(answer.status, expect(rust(200), fastapi(500)));
    let body = answer.text().await;
    assert_eq!(body, expect(rust(r#""nothing found""#), fastapi("Internal Server Error")));
    assert_eq!(server.events().await, ["swallowed"]);
}

const GUARDED: [&str; 5] = ["a opened", "b opened", "handler", "b closed", "a closed"];

#[tokio::test]
async fn de_53_guards_are_dropped_in_reverse_order() {
    let server = start().await;
    assert_answer(&server, "/scope-guard/items/1", 200, r#""one""#).await;
    assert_eq!(server.events().await, GUARDED);
}

#[tokio::test]
async fn de_53_guards_are_dropped_after_an_error() {
    let server = start().await;
    assert_answer(&server, "/scope-guard/items/http", 404, r#"{"detail":"Not Found"}"#).await;
    assert_eq!(server.events().await, GUARDED);
}

#[tokio::test]
async fn de_53_guards_are_dropped_after_a_panic() {
    let server = start().await;
    // The first is no number, the second a number without an item: in Rust a panic.
    for id in ["x", "2"] {
        server.delete("/_events").await;
        let answer = server.get(&format!("/scope-guard/items/{id}")).await;
        assert_eq!(answer.status, 500);
        assert_eq!(answer.text().await, "Internal Server Error");
        assert_eq!(server.events().await, GUARDED);
    }
}

#[tokio::test]
async fn de_54_a_guard_that_the_handler_doesnt_hold_is_dropped_before_it() {
    let server = start().await;
    assert_answer(&server, "/scope-guard/too-early", 200, r#""closed""#).await;
    assert_eq!(server.events().await, ["guard opened", "guard closed", "handler"]);
}

#[tokio::test]
async fn de_55_a_layer_ends_before_a_stream_begins() {
    let server = start().await;
    let body = server.get("/scope-layer/stream").await.rest().await;
    assert_eq!((body.text().as_str(), body.end), ("piece 1;piece 2;", End::Complete));
    let events = server.events().await;
    let expected = ["lease opened", "handler with lease", "lease closed", "piece 1", "piece 2"];
    assert_eq!(events, expected);
}

#[tokio::test]
async fn de_20_a_teardown_runs_after_the_handler() {
    let server = start().await;
    assert_answer(&server, "/yield-plain/items/1", 200, r#"{"item_id":"1","db":"db"}"#).await;
    let events = server.events_with("db closed").await;
    assert_eq!(events, ["db opened", "handler", "db closed"]);
}

#[tokio::test]
async fn de_21_an_error_skips_a_teardown_that_returns_early() {
    let server = start().await;
    assert_answer(&server, "/yield-plain/items/http", 404, r#"{"detail":"Not Found"}"#).await;
    // The next request closes its own, and only its own.
    assert_answer(&server, "/yield-plain/items/2", 200, r#"{"item_id":"2","db":"db"}"#).await;
    let events = server.events_with("db closed").await;
    assert_eq!(events, ["db opened", "handler", "db opened", "handler", "db closed"]);
}

#[tokio::test]
async fn de_22_an_extractor_with_a_teardown_is_an_ordinary_argument() {
    let server = start().await;
    for id in ["1", "two", "%ED%95%9C"] {
        let answer = server.get(&format!("/yield-plain/items/{id}")).await;
        let id = id.replace("%ED%95%9C", "한");
        let body = format!(r#"{{"item_id":"{id}","db":"db"}}"#);
        assert_eq!((answer.status, answer.text().await), (200, body));
    }
}

#[tokio::test]
async fn de_26_finally_runs_after_a_success() {
    let server = start().await;
    assert_answer(&server, "/yield-finally/items/1", 200, r#"{"item_id":"1","db":"db"}"#).await;
    let events = server.events_with("db closed").await;
    assert_eq!(events, ["db opened", "handler", "db closed"]);
}

#[tokio::test]
async fn de_26_finally_runs_after_an_error_and_before_its_response() {
    let server = start().await;
    assert_answer(&server, "/yield-finally/items/http", 404, r#"{"detail":"Not Found"}"#).await;
    // Not waited for: with the answer it is done.
    assert_eq!(server.events().await, ["db opened", "handler", "db closed"]);
}

const CHAIN: [&str; 7] = [
    "a opened",
    "b opened",
    "c opened",
    "handler",
    "c closed using b",
    "b closed using a",
    "a closed",
];

#[tokio::test]
async fn de_23_a_chain_is_closed_in_reverse_order() {
    let server = start().await;
    assert_answer(&server, "/yield-chain/items", 200, r#""c""#).await;
    assert_eq!(server.events_with("a closed").await, CHAIN);
}

#[tokio::test]
async fn de_23_a_chain_is_closed_after_an_error() {
    let server = start().await;
    let answer = server.get("/yield-chain/crash").await;
    assert_eq!(answer.status, 500);
    assert_eq!(answer.content_type(), Some("text/plain; charset=utf-8"));
    assert_eq!(answer.text().await, "Internal Server Error");
    assert_eq!(server.events().await, CHAIN);
}

#[tokio::test]
async fn de_56_a_failing_teardown_doesnt_stop_the_others() {
    let server = start().await;
    assert_answer(&server, "/yield-chain/teardown-fails", 200, r#""failing""#).await;
    let events = server.events_with("a closed").await;
    let expected = [
        "a opened",
        "b opened",
        "failing opened",
        "handler",
        "failing does not close",
        "b closed using a",
        "a closed",
    ];
    assert_eq!(events, expected);
}

#[tokio::test]
async fn de_38_a_context_manager_sees_a_success() {
    let server = start().await;
    assert_answer(&server, "/yield-manager/items/1", 200, r#"{"item_id":"1","db":"db"}"#).await;
    let events = server.events_with("db closed").await;
    assert_eq!(events, ["db opened", "handler", "exit called with None", "db closed"]);
}

#[tokio::test]
async fn de_38_a_context_manager_sees_an_error() {
    let server = start().await;
    assert_answer(&server, "/yield-manager/items/http", 404, r#"{"detail":"Not Found"}"#).await;
    let events = server.events().await;
    assert_eq!(events, ["db opened", "handler", "exit called with 404: Not Found", "db closed"]);
}
