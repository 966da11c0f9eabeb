//! Bounds, lengths, patterns, and a rule over two fields.

use lesson_tests::{Answer, TestServer};

use super::{assert_json, invalid, missing, no_integer, start};

async fn search(server: &TestServer, target: &str, body: &'static str) -> Answer {
    let request = server.request(reqwest::Method::POST, &format!("/checked/shops/{target}"));
    server.send(request.header("content-type", "application/json").body(body)).await
}

/// A value that breaks a constraint.
fn breaks(kind: &str, loc: &str, msg: &str, input: &str, ctx: &str) -> String {
    format!(r#"{{"type":"{kind}","loc":[{loc}],"msg":"{msg}","input":{input},"ctx":{{{ctx}}}}}"#)
}

fn too_small(input: &str) -> String {
    let msg = "Input should be greater than or equal to 1";
    breaks("greater_than_equal", r#""path","shop_id""#, msg, input, r#""ge":1"#)
}

fn too_long(input: &str) -> String {
    let msg = "String should have at most 3 characters";
    breaks("string_too_long", r#""query","currency""#, msg, input, r#""max_length":3"#)
}

fn no_match(input: &str) -> String {
    let msg = "String should match pattern '^[A-Z]+$'";
    let ctx = r#""pattern":"^[A-Z]+$""#;
    breaks("string_pattern_mismatch", r#""query","currency""#, msg, input, ctx)
}

fn not_positive(field: &str, input: &str) -> String {
    let loc = format!(r#""body","{field}""#);
    breaks("greater_than", &loc, "Input should be greater than 0", input, r#""gt":0.0"#)
}

fn no_number(field: &str, input: &str) -> String {
    format!(
        r#"{{"type":"float_parsing","loc":["body","{field}"],"msg":"Input should be a valid number, unable to parse string as a number","input":"{input}"}}"#
    )
}

fn out_of_order(input: &str) -> String {
    let msg = "Value error, min is more than max";
    breaks("value_error", r#""body""#, msg, input, r#""error":{}"#)
}

#[tokio::test]
async fn de_72_one_422_lists_broken_constraints_and_wrong_types() {
    let server = start().await;
    for (target, body, problems) in [
        (
            "0?currency=euros",
            r#"{"min":0,"max":"x"}"#,
            vec![
                too_small(r#""0""#),
                too_long(r#""euros""#),
                not_positive("min", "0"),
                no_number("max", "x"),
            ],
        ),
        (
            "x?currency=eur",
            r#"{"min":"-1e3","max":1e-9}"#,
            vec![
                no_integer("path", "shop_id", "x"),
                no_match(r#""eur""#),
                not_positive("min", r#""-1e3""#),
            ],
        ),
        (
            "-1",
            r#"{"max":-0.5}"#,
            vec![
                too_small(r#""-1""#),
                missing("query", "currency"),
                r#"{"type":"missing","loc":["body","min"],"msg":"Field required","input":{"max":-0.5}}"#
                    .to_owned(),
                not_positive("max", "-0.5"),
            ],
        ),
    ] {
        assert_json(search(&server, target, body).await, 422, &invalid(&problems)).await;
    }
}

#[tokio::test]
async fn de_72_values_within_the_bounds_pass() {
    let server = start().await;
    for (target, body, answer) in [
        (
            "1?currency=EUR",
            r#"{"min":0.5,"max":2}"#,
            r#"{"shop_id":1,"currency":"EUR","prices":{"min":0.5,"max":2.0}}"#,
        ),
        (
            "+7.0?currency=A",
            r#"{"max":"2.5","min":true}"#,
            r#"{"shop_id":7,"currency":"A","prices":{"min":1.0,"max":2.5}}"#,
        ),
    ] {
        assert_json(search(&server, target, body).await, 200, answer).await;
    }
}

#[tokio::test]
async fn de_73_a_rule_is_asked_once_every_field_fits() {
    let server = start().await;
    let body = r#"{"min":5,"max":"4"}"#;
    for (target, problems) in [
        ("1?currency=EUR", vec![out_of_order(body)]),
        ("0?currency=euro", vec![too_small(r#""0""#), too_long(r#""euro""#), out_of_order(body)]),
    ] {
        assert_json(search(&server, target, body).await, 422, &invalid(&problems)).await;
    }
    let answer = search(&server, "1?currency=EUR", r#"{"min":5,"max":-4}"#).await;
    assert_json(answer, 422, &invalid(&[not_positive("max", "-4")])).await;
    let answer = search(&server, "1?currency=EUR", r#"{"min":5,"max":5}"#).await;
    let body = r#"{"shop_id":1,"currency":"EUR","prices":{"min":5.0,"max":5.0}}"#;
    assert_json(answer, 200, body).await;
}
