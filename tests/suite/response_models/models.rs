//! What is in the body: unset, null, defaults, and the fields that a type leaves out.

use lesson_tests::{Answer, Binary, TestServer, expect, fastapi, rust, rust_only};
use reqwest::Method;

use super::start;

const FULL: &str = r#"{"name":"Baz","description":null,"price":50.2,"tax":10.5,"tags":[]}"#;
const SERVER_ERROR: &str = "Internal Server Error";

/// The routes that answer an item, in some form.
const ITEM_ROUTES: [&str; 8] = [
    "/exclude-nothing/items",
    "/broken-model/items",
    "/exclude-unset/items",
    "/exclude-unset-instance/items",
    "/exclude-defaults/items",
    "/exclude-none/items",
    "/include/items",
    "/exclude/items",
];

async fn assert_body(server: &TestServer, path: &str, body: &str) {
    let answer = server.get(path).await;
    assert_eq!(answer.status, 200, "{path}");
    assert_eq!(answer.content_type(), Some("application/json"), "{path}");
    assert_eq!(answer.text().await, body, "{path}");
}

async fn assert_server_error(answer: Answer, path: &str) {
    assert_eq!(answer.status, 500, "{path}");
    assert_eq!(answer.content_type(), Some("text/plain; charset=utf-8"), "{path}");
    assert_eq!(answer.text().await, SERVER_ERROR, "{path}");
}

#[tokio::test]
async fn rm_01_fields_that_were_not_given_are_left_out() {
    let server = start().await;
    assert_body(&server, "/exclude-unset/items/foo", r#"{"name":"Foo","price":50.2}"#).await;
}

#[tokio::test]
async fn rm_02_given_fields_stay_and_an_integer_becomes_a_float() {
    let server = start().await;
    let bar = r#"{"name":"Bar","description":"The bartenders","price":62.0,"tax":20.2}"#;
    assert_body(&server, "/exclude-unset/items/bar", bar).await;
}

#[tokio::test]
async fn rm_03_a_field_given_its_default_stays_too() {
    let server = start().await;
    assert_body(&server, "/exclude-unset/items/baz", FULL).await;
}

#[tokio::test]
async fn rm_04_a_key_that_the_type_does_not_have_is_dropped() {
    let server = start().await;
    let extra = r#"{"name":"Extra","description":null,"price":1.0,"tax":10.5,"tags":[]}"#;
    assert_body(&server, "/broken-model/items/extra", extra).await;
    for route in ITEM_ROUTES {
        let path = format!("{route}/extra");
        let answer = server.get(&path).await;
        assert_eq!(answer.status, 200, "{path}");
        let body = answer.text().await;
        assert!(!body.contains("owner") && !body.contains("somebody"), "{path}: {body}");
    }
}

#[tokio::test]
async fn rm_04_a_key_that_is_missing_is_the_servers_fault() {
    let server = start().await;
    for route in ITEM_ROUTES {
        let path = format!("{route}/missing");
        assert_server_error(server.get(&path).await, &path).await;
    }
}

#[tokio::test]
async fn rm_04_the_log_says_what_is_missing() {
    rust_only!("reads the log of the real program");
    let server = Binary::start("response-models", &[], &[]);
    let path = "/broken-model/items/missing";
    assert_server_error(server.get(path).await, path).await;
    let line = server.log_line("missing field `price`");
    assert!(line.contains("ERROR") && line.contains(path), "{line}");
}

#[tokio::test]
async fn rm_05_an_unknown_id_is_a_404() {
    let server = start().await;
    for route in ITEM_ROUTES {
        let answer = server.get(&format!("{route}/nope")).await;
        assert_eq!(answer.status, expect(rust(404), fastapi(500)), "{route}");
        let body = expect(rust(r#"{"detail":"Item not found"}"#), fastapi(SERVER_ERROR));
        assert_eq!(answer.text().await, body, "{route}");
    }
}

#[tokio::test]
async fn rm_06_with_nothing_excluded_defaults_are_filled_in() {
    let server = start().await;
    for (item, body) in [
        ("foo", r#"{"name":"Foo","description":null,"price":50.2,"tax":10.5,"tags":[]}"#),
        (
            "bar",
            r#"{"name":"Bar","description":"The bartenders","price":62.0,"tax":20.2,"tags":[]}"#,
        ),
        ("baz", FULL),
    ] {
        assert_body(&server, &format!("/exclude-nothing/items/{item}"), body).await;
    }
}

#[tokio::test]
async fn rm_06_exclude_defaults_looks_at_the_value_not_at_who_gave_it() {
    let server = start().await;
    for (item, body) in [
        ("foo", r#"{"name":"Foo","price":50.2}"#),
        ("bar", r#"{"name":"Bar","description":"The bartenders","price":62.0,"tax":20.2}"#),
        ("baz", r#"{"name":"Baz","price":50.2}"#),
    ] {
        assert_body(&server, &format!("/exclude-defaults/items/{item}"), body).await;
    }
}

#[tokio::test]
async fn rm_06_exclude_none_leaves_out_null_alone() {
    let server = start().await;
    for (item, body) in [
        ("foo", r#"{"name":"Foo","price":50.2,"tax":10.5,"tags":[]}"#),
        (
            "bar",
            r#"{"name":"Bar","description":"The bartenders","price":62.0,"tax":20.2,"tags":[]}"#,
        ),
        ("baz", r#"{"name":"Baz","price":50.2,"tax":10.5,"tags":[]}"#),
    ] {
        assert_body(&server, &format!("/exclude-none/items/{item}"), body).await;
    }
}

#[tokio::test]
async fn rm_07_a_field_assigned_later_counts_as_given() {
    let server = start().await;
    for (item, body) in [
        ("foo", r#"{"name":"Foo","price":50.2,"tax":10.5}"#),
        ("bar", r#"{"name":"Bar","description":"The bartenders","price":62.0,"tax":20.2}"#),
        ("baz", FULL),
    ] {
        assert_body(&server, &format!("/exclude-unset-instance/items/{item}"), body).await;
    }
}

#[tokio::test]
async fn rm_14_null_where_the_type_has_none_is_the_servers_fault() {
    let server = start().await;
    for route in ITEM_ROUTES {
        let path = format!("{route}/null");
        assert_server_error(server.get(&path).await, &path).await;
    }
}

#[tokio::test]
async fn rm_15_a_string_is_not_a_number() {
    let server = start().await;
    let answer = server.get("/exclude-unset/items/text").await;
    assert_eq!(answer.status, expect(rust(500), fastapi(200)));
    let body = expect(rust(SERVER_ERROR), fastapi(r#"{"name":"Text","price":1.5}"#));
    assert_eq!(answer.text().await, body);
}

#[tokio::test]
async fn rm_16_some_of_the_fields() {
    let server = start().await;
    assert_body(&server, "/include/items/foo", r#"{"name":"Foo","description":null}"#).await;
    let bar = r#"{"name":"Bar","description":"The bartenders"}"#;
    assert_body(&server, "/include/items/bar", bar).await;
    let foo = r#"{"name":"Foo","description":null,"price":50.2,"tags":[]}"#;
    assert_body(&server, "/exclude/items/foo", foo).await;
    let bar = r#"{"name":"Bar","description":"The bartenders","price":62.0,"tags":[]}"#;
    assert_body(&server, "/exclude/items/bar", bar).await;
}

#[tokio::test]
async fn rm_16_the_whole_item_is_checked_first() {
    let server = start().await;
    // Neither answer would have had the price that is missing, or the tax that is null.
    for path in ["/include/items/missing", "/exclude/items/null"] {
        assert_server_error(server.get(path).await, path).await;
    }
}

#[tokio::test]
async fn rm_17_keys_come_in_the_order_of_the_type() {
    let server = start().await;
    // The record says: price, owner, name.
    assert_body(&server, "/exclude-unset/items/extra", r#"{"name":"Extra","price":1.0}"#).await;
}

#[tokio::test]
async fn rm_18_floats_are_spelled_alike() {
    let server = start().await;
    let floats = r#"{"name":"Floats","price":0.00001,"tax":1e+16}"#;
    assert_body(&server, "/exclude-unset/items/floats", floats).await;
}

#[tokio::test]
async fn the_exercise_changes_the_fields_that_were_given() {
    rust_only!("starts the exercise's own program");
    let server = Binary::start_example("partial_update");
    let url = format!("{}/item", server.base_url());
    for (changes, status, body) in [
        (
            "{}",
            200,
            r#"{"name":"Bar","description":"The bartenders","price":62.0,"tax":20.2,"tags":[]}"#,
        ),
        (
            r#"{"price":3}"#,
            200,
            r#"{"name":"Bar","description":"The bartenders","price":3.0,"tax":20.2,"tags":[]}"#,
        ),
        (
            r#"{"description":null}"#,
            200,
            r#"{"name":"Bar","description":null,"price":3.0,"tax":20.2,"tags":[]}"#,
        ),
        (
            r#"{"price":null}"#,
            422,
            r#"{"detail":[{"type":"float_type","loc":["body","price"],"msg":"Input should be a valid number","input":null}]}"#,
        ),
    ] {
        let request = lesson_tests::server::client()
            .request(Method::PATCH, &url)
            .header("content-type", "application/json")
            .body(changes);
        let answer = lesson_tests::server::send(request, std::time::Duration::from_secs(1)).await;
        assert_eq!(answer.status, status, "{changes}");
        assert_eq!(answer.text().await, body, "{changes}");
    }
}
