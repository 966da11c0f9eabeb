//! Extractors of your own: one that is written, and one that is derived.

use lesson_tests::{expect, fastapi, own_server_only, rust};

use super::{assert_get, assert_json, assert_redirect, invalid, no_integer, start};

#[tokio::test]
async fn de_10_the_handler_gets_a_value_made_from_the_request() {
    let server = start().await;
    for (query, body) in [
        ("?q=foo&skip=1&limit=2", r#"{"q":"foo","skip":1,"limit":2}"#),
        ("", r#"{"q":null,"skip":0,"limit":100}"#),
        ("?skip=3", r#"{"q":null,"skip":3,"limit":100}"#),
    ] {
        assert_get(&server, &format!("/class/items{query}"), body).await;
    }
    let answer = server.get("/class/items?skip=x").await;
    assert_json(answer, 422, &invalid(&[no_integer("query", "skip", "x")])).await;
}

#[tokio::test]
async fn de_10_an_extra_slash_makes_another_path() {
    let server = start().await;
    assert_redirect(
        &server,
        expect(rust(404), fastapi(307)),
        "/class/items/?q=foo",
        "/class/items?q=foo",
    )
    .await;
}

#[tokio::test]
async fn de_11_each_valid_request_makes_one_value() {
    let server = start().await;
    let answer = server.get("/class/made").await;
    assert_eq!(answer.status, 200);
    let first: u64 = answer.text().await.parse().expect("a number");
    let next = |n: u64| (first + n).to_string();
    assert_get(&server, "/class/made", &next(1)).await;
    server.get("/class/items?q=foo").await;
    assert_get(&server, "/class/made", &next(3)).await;
    // A request that is refused, or goes elsewhere, makes none.
    assert_eq!(server.get("/class/made?skip=x").await.status, 422);
    server.get("/class/items/").await;
    server.get("/function/items/").await;
    assert_get(&server, "/class/made", &next(4)).await;
}

#[tokio::test]
async fn de_11_counting_starts_at_one() {
    own_server_only!("counts from the start of the server");
    assert_get(&start().await, "/class/made", "1").await;
}

#[tokio::test]
async fn de_12_the_type_alone_is_enough() {
    let server = start().await;
    for (query, body) in [
        ("?q=foo&skip=1&limit=2", r#"{"q":"foo","skip":1,"limit":2}"#),
        ("", r#"{"q":null,"skip":0,"limit":100}"#),
    ] {
        assert_get(&server, &format!("/class-short/items{query}"), body).await;
    }
    for (query, problems) in [
        ("?skip=x", vec![no_integer("query", "skip", "x")]),
        (
            "?limit=y&skip=x",
            vec![no_integer("query", "skip", "x"), no_integer("query", "limit", "y")],
        ),
    ] {
        let answer = server.get(&format!("/class-short/items{query}")).await;
        assert_json(answer, 422, &invalid(&problems)).await;
    }
}
