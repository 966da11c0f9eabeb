//! Functions as dependencies, and the types that stand for them.

use lesson_tests::{expect, fastapi, rust, rust_only};

use super::{assert_get, assert_json, assert_redirect, invalid, missing, no_integer, start};

const FOO: &str = r#"{"q":"foo","skip":1,"limit":2}"#;

#[tokio::test]
async fn de_01_what_a_handler_names_it_gets() {
    let server = start().await;
    for path in ["/function/items/", "/repeat/items/", "/repeat/users/", "/alias/items/"] {
        assert_get(&server, &format!("{path}?q=foo&skip=1&limit=2"), FOO).await;
    }
}

#[tokio::test]
async fn de_02_what_is_no_dependency_is_found_out_before_any_request() {
    let server = start().await;
    let type_error = r#"{"error":"TypeError","message":"'a string' is not a callable object"}"#;
    let compile_error = "{\"error\":\"E0277\",\"message\":\"the trait `FromRequestParts<()>` \
                         is not implemented for `&'static str`\"}";
    let body = expect(rust(compile_error), fastapi(type_error));
    assert_get(&server, "/not-callable/why", body).await;
}

#[tokio::test]
async fn de_03_the_query_reaches_the_handler_through_its_dependency() {
    let server = start().await;
    assert_get(&server, "/function/items/?q=foo&skip=1&limit=2", FOO).await;
    assert_get(&server, "/function/items/?limit=2&other=x&skip=1&q=foo", FOO).await;
}

#[tokio::test]
async fn de_03_without_its_slash_it_is_another_path() {
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
async fn de_04_what_is_not_given_has_its_default() {
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
async fn de_04_an_integer_has_64_bits() {
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
async fn de_05_what_is_no_integer_is_refused_and_all_of_it_is_reported() {
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

#[tokio::test]
async fn de_06_both_types_can_read_a_complete_query() {
    let server = start().await;
    for path in ["/untyped/items/", "/untyped/items-wrong-type/"] {
        assert_get(&server, &format!("{path}?q=foo&skip=1&limit=2"), FOO).await;
    }
}

#[tokio::test]
async fn de_06_the_type_says_which_dependency_it_is() {
    let server = start().await;
    let defaults = r#"{"q":null,"skip":0,"limit":100}"#;
    assert_get(&server, "/untyped/items/", defaults).await;
    let answer = server.get("/untyped/items-wrong-type/").await;
    let refused = invalid(&["q", "skip", "limit"].map(|name| missing("query", name)));
    let status = expect(rust(422), fastapi(200));
    assert_json(answer, status, expect(rust(refused.as_str()), fastapi(defaults))).await;
}

#[tokio::test]
async fn de_08_two_routes_use_one_dependency() {
    let server = start().await;
    for path in ["/repeat/items/", "/repeat/users/"] {
        assert_get(&server, &format!("{path}?q=foo&skip=1&limit=2"), FOO).await;
        assert_get(&server, path, r#"{"q":null,"skip":0,"limit":100}"#).await;
        let answer = server.get(&format!("{path}?skip=x")).await;
        assert_json(answer, 422, &invalid(&[no_integer("query", "skip", "x")])).await;
    }
}

#[tokio::test]
async fn de_09_an_alias_is_the_same_dependency() {
    let server = start().await;
    assert_get(&server, "/alias/items/?q=foo&skip=1&limit=2", FOO).await;
    assert_get(&server, "/alias/items/", r#"{"q":null,"skip":0,"limit":100}"#).await;
    let answer = server.get("/alias/items/?limit=x").await;
    assert_json(answer, 422, &invalid(&[no_integer("query", "limit", "x")])).await;
}

#[test]
fn de_09_an_alias_is_no_new_type() {
    rust_only!("asks the compiler");
    use std::any::TypeId;

    use fastapi_extract::Query;
    use lesson_dependencies::function::CommonParams;
    use lesson_dependencies::reuse::Common;

    assert_eq!(TypeId::of::<Common>(), TypeId::of::<Query<CommonParams>>());
}
