//! What is configured once, in the state.

use lesson_tests::{expect, fastapi, rust};

use super::{assert_get, assert_redirect, start};

async fn assert_included(path: &str, included: bool) {
    let server = start().await;
    let body = format!(r#"{{"fixed_content_in_query":{included}}}"#);
    assert_get(&server, path, &body).await;
}

#[tokio::test]
async fn de_41_the_extractor_asks_the_checker_in_the_state() {
    for (query, included) in [
        ("?q=bar", true),
        ("?q=a+bar+chart", true),
        ("?q=foo&q=bar", true),
        ("?q=Bar", false),
        ("?q=ba", false),
        ("?q=", false),
        ("", false),
    ] {
        assert_included(&format!("/callable/query-checker/{query}"), included).await;
    }
}

#[tokio::test]
async fn de_42_a_parameter_called_bar_isnt_q() {
    assert_included("/callable/query-checker/?bar", false).await;
    assert_included("/callable/query-checker/?q=bar", true).await;
}

#[tokio::test]
async fn de_42_the_slash_at_the_end_is_part_of_the_path() {
    let server = start().await;
    let right = "/callable/query-checker/?bar";
    assert_redirect(&server, expect(rust(404), fastapi(307)), "/callable/query-checker?bar", right)
        .await;
}

#[tokio::test]
async fn de_43_two_checkers_work_side_by_side() {
    for (query, bar, foo) in
        [("?q=foo", false, true), ("?q=bar", true, false), ("?q=foobar", true, true)]
    {
        assert_included(&format!("/callable/query-checker/{query}"), bar).await;
        assert_included(&format!("/callable/query-checker-foo/{query}"), foo).await;
    }
}
