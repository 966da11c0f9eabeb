//! Arguments: what they read, and what their types decide.

use std::any::TypeId;
use std::marker::PhantomData;

use axum::extract::{FromRequestParts, Request};
use axum::http::HeaderMap;
use axum::routing::get;
use axum::{Json, Router};
use fastapi_extract::Query;
use lesson_dependencies::function::CommonParams;
use lesson_dependencies::types::Common;
use lesson_tests::{expect, fastapi, rust, rust_only};
use serde::{Deserialize, Serialize};

use super::{
    PYTEST, ask, assert_get, assert_json, assert_redirect, invalid, missing, no_integer, start,
    text,
};

const FOO: &str = r#"{"q":"foo","skip":1,"limit":2}"#;

#[tokio::test]
async fn de_01_a_handler_gets_what_it_asks_for() {
    let server = start().await;
    for path in ["/function/items/", "/repeat/items/", "/repeat/users/", "/alias/items/"] {
        assert_get(&server, &format!("{path}?q=foo&skip=1&limit=2"), FOO).await;
    }
}

#[test]
fn de_02_a_string_isnt_an_extractor() {
    rust_only!("asks the compiler; the doc test of `types.rs` has its words");
    /// An inherent constant comes before a trait's, but only where its bounds hold.
    struct Probe<T>(PhantomData<T>);
    impl<T: FromRequestParts<()>> Probe<T> {
        const IS_EXTRACTOR: bool = true;
    }
    trait Otherwise {
        const IS_EXTRACTOR: bool = false;
    }
    impl<T> Otherwise for Probe<T> {}

    assert_eq!(
        (Probe::<&'static str>::IS_EXTRACTOR, Probe::<HeaderMap>::IS_EXTRACTOR),
        (false, true)
    );
}

#[test]
fn de_02_in_fastapi_declaring_the_route_fails() {
    PYTEST.assert_passed("de_02");
}

#[tokio::test]
async fn de_03_the_handler_gets_the_query_parameters() {
    let server = start().await;
    assert_get(&server, "/function/items/?q=foo&skip=1&limit=2", FOO).await;
    assert_get(&server, "/function/items/?limit=2&other=x&skip=1&q=foo", FOO).await;
}

#[tokio::test]
async fn de_03_the_slash_at_the_end_is_part_of_the_path() {
    let server = start().await;
    let query = "?q=foo&skip=1&limit=2";
    let right = format!("/function/items/{query}");
    assert_redirect(
        &server,
        expect(rust(404), fastapi(307)),
        &format!("/function/items{query}"),
        &right,
    )
    .await;
}

#[tokio::test]
async fn de_04_missing_parameters_get_their_defaults() {
    let server = start().await;
    for (query, body) in [
        ("", r#"{"q":null,"skip":0,"limit":100}"#),
        ("?", r#"{"q":null,"skip":0,"limit":100}"#),
        ("?q=%ED%95%9C%EA%B8%80+a%20b", r#"{"q":"한글 a b","skip":0,"limit":100}"#),
        ("?q=", r#"{"q":"","skip":0,"limit":100}"#),
        ("?q", r#"{"q":"","skip":0,"limit":100}"#),
        ("?limit=5", r#"{"q":null,"skip":0,"limit":5}"#),
        // The last of repeated values counts.
        ("?q=a&q=b", r#"{"q":"b","skip":0,"limit":100}"#),
        ("?skip=a&skip=1", r#"{"q":null,"skip":1,"limit":100}"#),
        // Names are case-sensitive.
        ("?Q=x", r#"{"q":null,"skip":0,"limit":100}"#),
        // Integers are read generously.
        ("?skip=1.0", r#"{"q":null,"skip":1,"limit":100}"#),
        ("?skip=%2B5&limit=%200", r#"{"q":null,"skip":5,"limit":0}"#),
        ("?skip=-3", r#"{"q":null,"skip":-3,"limit":100}"#),
        ("?skip=9223372036854775807", r#"{"q":null,"skip":9223372036854775807,"limit":100}"#),
    ] {
        assert_get(&server, &format!("/function/items/{query}"), body).await;
    }
}

#[tokio::test]
async fn de_04_integers_have_64_bits() {
    let server = start().await;
    for input in ["99999999999999999999999", "9223372036854775808"] {
        let answer = server.get(&format!("/function/items/?skip={input}")).await;
        let too_large = format!(
            r#"{{"detail":[{{"type":"int_parsing_size","loc":["query","skip"],"msg":"Unable to parse input string as an integer, exceeded maximum size","input":"{input}"}}]}}"#
        );
        let any_size = format!(r#"{{"q":null,"skip":{input},"limit":100}}"#);
        let status = expect(rust(422), fastapi(200));
        assert_json(answer, status, &expect(rust(too_large), fastapi(any_size))).await;
    }
}

#[tokio::test]
async fn de_05_all_bad_integers_are_reported_together() {
    let server = start().await;
    for (query, problems) in [
        ("skip=a", vec![("skip", "a")]),
        ("limit=1.5", vec![("limit", "1.5")]),
        ("skip=", vec![("skip", "")]),
        ("limit=1e3", vec![("limit", "1e3")]),
        ("skip=0x1", vec![("skip", "0x1")]),
        ("skip=1&skip=a", vec![("skip", "a")]),
        ("limit=b&skip=a", vec![("skip", "a"), ("limit", "b")]),
    ] {
        let answer = server.get(&format!("/function/items/?{query}")).await;
        let problems: Vec<_> =
            problems.iter().map(|(name, input)| no_integer("query", name, input)).collect();
        assert_json(answer, 422, &invalid(&problems)).await;
    }
}

const DEFAULTS: &str = r#"{"q":null,"skip":0,"limit":100}"#;

/// The parameters of the lesson, without their defaults.
#[derive(Deserialize, Serialize)]
struct AllRequired {
    q: String,
    skip: i64,
    limit: i64,
}

#[tokio::test]
async fn de_06_the_type_decides_what_is_read() {
    rust_only!("calls a router of its own");
    async fn items<T: Serialize>(Query(params): Query<T>) -> Json<T> {
        Json(params)
    }
    let app = Router::new()
        .route("/lenient", get(items::<CommonParams>))
        .route("/strict", get(items::<AllRequired>));
    let refused = invalid(&["q", "skip", "limit"].map(|name| missing("query", name)));
    for (path, status, body) in [
        ("/lenient?q=foo&skip=1&limit=2", 200, FOO),
        ("/strict?q=foo&skip=1&limit=2", 200, FOO),
        ("/lenient", 200, DEFAULTS),
        ("/strict", 422, &refused),
    ] {
        let response = ask(app.clone(), Request::get(path)).await;
        assert_eq!((response.status().as_u16(), text(response).await.as_str()), (status, body));
    }
}

#[test]
fn de_06_fastapi_ignores_the_type() {
    PYTEST.assert_passed("de_06");
}

#[tokio::test]
async fn de_08_two_routes_share_one_dependency() {
    let server = start().await;
    for path in ["/repeat/items/", "/repeat/users/"] {
        assert_get(&server, &format!("{path}?q=foo&skip=1&limit=2"), FOO).await;
        assert_get(&server, path, r#"{"q":null,"skip":0,"limit":100}"#).await;
        let answer = server.get(&format!("{path}?skip=x")).await;
        assert_json(answer, 422, &invalid(&[no_integer("query", "skip", "x")])).await;
    }
}

#[tokio::test]
async fn de_09_an_alias_gives_the_same_answers() {
    let server = start().await;
    assert_get(&server, "/alias/items/?q=foo&skip=1&limit=2", FOO).await;
    assert_get(&server, "/alias/items/", r#"{"q":null,"skip":0,"limit":100}"#).await;
    let answer = server.get("/alias/items/?limit=x").await;
    assert_json(answer, 422, &invalid(&[no_integer("query", "limit", "x")])).await;
}

#[test]
fn de_09_an_alias_isnt_a_new_type() {
    rust_only!("asks the compiler");
    assert_eq!(TypeId::of::<Common>(), TypeId::of::<Query<CommonParams>>());
}
