//! What's in a body: unset, null, defaults, and the fields that a type leaves out.

use std::marker::PhantomData;

use axum::Json;
use axum::response::IntoResponse;
use lesson_tests::{Answer, Binary, TestServer, expect, fastapi, rust, rust_only};
use serde::de::Error;
use serde::{Deserialize, Deserializer};
use serde_json::json;

use super::start;

const FULL: &str = r#"{"name":"Baz","description":null,"price":50.2,"tax":10.5,"tags":[]}"#;
const SERVER_ERROR: &str = "Internal Server Error";

const EXTRA: &str = r#"{"name":"Extra","description":null,"price":1.0,"tax":10.5,"tags":[]}"#;

/// The whole item.
const WHOLE: &str = "/exclude-nothing/items";

/// The routes that answer with an item, in some form.
const ITEM_ROUTES: [&str; 8] = [
    WHOLE,
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
async fn rm_03_a_field_that_was_given_its_default_stays() {
    let server = start().await;
    assert_body(&server, "/exclude-unset/items/baz", FULL).await;
}

#[tokio::test]
async fn rm_04_a_whole_item_has_its_keys_and_no_others() {
    let server = start().await;
    assert_body(&server, &format!("{WHOLE}/extra"), EXTRA).await;
    let path = format!("{WHOLE}/missing");
    assert_server_error(server.get(&path).await, &path).await;
}

#[tokio::test]
async fn rm_04_keys_that_the_type_lacks_are_dropped() {
    let server = start().await;
    assert_body(&server, "/broken-model/items/extra", EXTRA).await;
    for route in ITEM_ROUTES {
        let path = format!("{route}/extra");
        let answer = server.get(&path).await;
        assert_eq!(answer.status, 200, "{path}");
        let body = answer.text().await;
        assert!(!body.contains("owner") && !body.contains("somebody"), "{path}: {body}");
    }
}

#[tokio::test]
async fn rm_04_a_missing_key_is_the_servers_fault() {
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
    let path = format!("{WHOLE}/nope");
    let answer = server.get(&path).await;
    assert_eq!(answer.status, expect(rust(404), fastapi(500)), "{path}");
    let body = expect(rust(r#"{"detail":"Item not found"}"#), fastapi(SERVER_ERROR));
    assert_eq!(answer.text().await, body, "{path}");
}

#[tokio::test]
async fn rm_05_for_an_unknown_id_all_forms_answer_alike() {
    let server = start().await;
    let whole = server.get(&format!("{WHOLE}/nope")).await;
    let expected = (whole.status, whole.text().await);
    for route in ITEM_ROUTES {
        let answer = server.get(&format!("{route}/nope")).await;
        assert_eq!((answer.status, answer.text().await), expected, "{route}");
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
async fn rm_06_exclude_defaults_leaves_out_what_equals_its_default() {
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
async fn rm_06_exclude_none_leaves_out_nulls_only() {
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
async fn rm_14_a_null_without_an_option_is_the_servers_fault() {
    let server = start().await;
    for route in ITEM_ROUTES {
        let path = format!("{route}/null");
        assert_server_error(server.get(&path).await, &path).await;
    }
}

#[tokio::test]
async fn rm_14_a_whole_item_with_a_null_in_place_of_a_number_is_a_500() {
    let server = start().await;
    let path = format!("{WHOLE}/null");
    assert_server_error(server.get(&path).await, &path).await;
}

#[tokio::test]
async fn rm_14_an_item_as_given_with_such_a_null_is_a_500() {
    let server = start().await;
    let path = "/exclude-unset/items/null";
    assert_server_error(server.get(path).await, path).await;
}

#[tokio::test]
async fn rm_15_serde_does_not_make_numbers_of_strings() {
    let server = start().await;
    let answer = server.get("/exclude-unset/items/text").await;
    assert_eq!(answer.status, expect(rust(500), fastapi(200)));
    let body = expect(rust(SERVER_ERROR), fastapi(r#"{"name":"Text","price":1.5}"#));
    assert_eq!(answer.text().await, body);
}

// ANCHOR: convert
#[derive(Debug, Deserialize, PartialEq)]
struct Priced {
    #[serde(deserialize_with = "number_or_text")]
    price: f64,
}

fn number_or_text<'de, D: Deserializer<'de>>(value: D) -> Result<f64, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Price {
        Number(f64),
        Text(String),
    }
    match Price::deserialize(value)? {
        Price::Number(price) => Ok(price),
        Price::Text(text) => text.parse().map_err(D::Error::custom),
    }
}
// ANCHOR_END: convert

#[test]
fn rm_15_a_field_can_convert_on_purpose() {
    rust_only!("calls serde");
    for record in [json!({ "price": "1.50" }), json!({ "price": 1.5 })] {
        assert_eq!(Priced::deserialize(&record).expect("a price"), Priced { price: 1.5 });
    }
    let wrong = Priced::deserialize(&json!({ "price": "cheap" })).expect_err("not a number");
    assert_eq!(wrong.to_string(), "invalid float literal");
}

#[tokio::test]
async fn rm_16_an_answer_has_the_fields_of_its_type() {
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
    // Neither answer would have shown the missing price, or the tax that's null.
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
async fn rm_18_floats_are_written_as_fastapi_writes_them() {
    let server = start().await;
    let floats = r#"{"name":"Floats","price":0.00001,"tax":1e+16}"#;
    assert_body(&server, "/exclude-unset/items/floats", floats).await;
}

#[test]
fn rm_34_a_type_without_serialize_is_not_a_response() {
    rust_only!("asks the compiler; the doc test of `complete.rs` has its words");
    /// An inherent constant comes before a trait's, but only where its bounds hold.
    struct Probe<T>(PhantomData<T>);
    impl<T: IntoResponse> Probe<T> {
        const IS_RESPONSE: bool = true;
    }
    trait Otherwise {
        const IS_RESPONSE: bool = false;
    }
    impl<T> Otherwise for Probe<T> {}

    struct Private;
    assert_eq!(
        (Probe::<Json<Private>>::IS_RESPONSE, Probe::<Json<()>>::IS_RESPONSE),
        (false, true)
    );
}
