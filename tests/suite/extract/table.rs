//! Requests picked by hand, and a summary of what is answered.

use lesson_tests::{expect, fastapi, rust};

use super::Sent;

/// A query, or cookies, that fit; of repeated values the last one counts.
const FITS: &str = "item_id=1&byte=2&fraction=3&truth=yes&text=t&colour=red";

const DRAWING: &str = r#"{
    "inner": {"name": "", "points": [], "labels": {}, "pair": [0, ""], "anything": 0},
    "anything": {"é": [1.5, null]}, "unknown": 1, "pair": ["1", "b"], "name": "n",
    "points": [{"x": 1}, {"y": "2", "x": 0.5}], "labels": {"a": "1", "b": true}
}"#;

const BAD_DRAWING: &str = r#"{
    "inner": {"points": {}, "labels": [], "pair": "ab"}, "pair": [null], "name": 1,
    "points": [{"x": "?"}, 5, {"y": []}], "labels": {"a": "1", "b": "x"}, "centre": {}
}"#;

const MINUS_ZERO: &str =
    r#"{"name": "", "points": [], "labels": {}, "pair": [0, ""], "anything": -0}"#;

const ENUM: &str = r#"{
    "item_id": 1, "byte": 2, "fraction": 3, "truth": true, "text": "t", "colour": {"red": null}
}"#;

/// What both answer alike.
pub fn alike() -> Vec<(Sent, &'static str)> {
    let numbers = |json: &'static str| Sent::post_json("/numbers", json);
    let maybe = |json: &'static str| Sent::post_json("/maybe", json);
    let drawing = |json: &'static str| Sent::post_json("/drawing", json);
    let query = |more: &str| Sent::get(format!("/query?{FITS}{more}"));
    let cookie = |more: &str| {
        Sent::get("/cookie").header("cookie", format!("{}{more}", FITS.replace('&', "; ")))
    };
    vec![
        // The JSON body: numbers.
        (
            numbers(r#"[1, "2", 3.0, true, " 4\n", "+5", "1_000", "-6.00"]"#),
            "200 [1,2,3,1,4,5,1000,-6]",
        ),
        (
            numbers("[9223372036854775807, -9223372036854775808]"),
            "200 [9223372036854775807,-9223372036854775808]",
        ),
        (
            numbers(r#"["x", "", 1.5, "1.5", null, {}, "1e2"]"#),
            "422 int_parsing body.0, int_parsing body.1, int_from_float body.2, \
             int_parsing body.3, int_type body.4, int_type body.5, int_parsing body.6",
        ),
        (numbers("{}"), "422 list_type body"),
        (numbers("null"), "422 list_type body"),
        // What is no JSON, or no body, or not called JSON.
        (numbers(""), "422 missing body"),
        (numbers(" "), "422 json_invalid body.1"),
        (numbers("[1,]"), "422 json_invalid body.3"),
        (numbers("[\"é\", nul]"), "422 json_invalid body.6"),
        (numbers("[\n1"), "422 json_invalid body.3"),
        (numbers(r#"["\u12"]"#), "422 json_invalid body.3"),
        (
            Sent::post_json("/numbers", "[".repeat(10_000)),
            r#"400 {"detail":"There was an error parsing the body"}"#,
        ),
        (Sent::post("/numbers", "[1]"), "422 list_type body"),
        (Sent::post("/numbers", "[1]").header("content-type", "text/plain"), "422 list_type body"),
        (
            Sent::post("/numbers", "[1]").header("content-type", "application/x+json; a=b"),
            "200 [1]",
        ),
        // Options, defaults, nested structs.
        (maybe(""), "200 null"),
        (maybe("null"), "200 null"),
        (maybe(r#"{"x": "1e2"}"#), r#"200 {"x":100.0,"y":0.0}"#),
        (maybe(r#"{"y": null, "x": "1__0"}"#), "422 float_parsing body.x, float_type body.y"),
        (maybe("[]"), "422 model_attributes_type body"),
        (
            drawing(DRAWING),
            "200 {\"name\":\"n\",\"points\":[{\"x\":1.0,\"y\":0.0},{\"x\":0.5,\"y\":2.0}],\
             \"labels\":{\"a\":1,\"b\":1},\"pair\":[1,\"b\"],\
             \"anything\":{\"é\":[1.5,null]},\"centre\":null,\
             \"inner\":{\"name\":\"\",\"points\":[],\"labels\":{},\"pair\":[0,\"\"],\
             \"anything\":0,\"centre\":null,\"inner\":null}}",
        ),
        (
            drawing(BAD_DRAWING),
            "422 string_type body.name, float_parsing body.points.0.x, \
             model_attributes_type body.points.1, missing body.points.2.x, \
             float_type body.points.2.y, int_parsing body.labels.b, int_type body.pair.0, \
             missing body.pair.1, missing body.anything, missing body.centre.x, \
             missing body.inner.name, list_type body.inner.points, \
             dict_type body.inner.labels, tuple_type body.inner.pair, missing body.inner.anything",
        ),
        // Parameters.
        (
            query("&item_id=x&item_id=%205&text=a+b%20%C3%A9&unknown=1"),
            "200 {\"item_id\":5,\"byte\":2,\"fraction\":3.0,\"truth\":true,\
             \"text\":\"a b é\",\"colour\":\"red\",\"maybe\":null,\"standard\":7}",
        ),
        (
            query("&standard=&maybe=null&colour=Red&truth=%20on&fraction=.&byte=256"),
            "422 less_than_equal query.byte, float_parsing query.fraction, \
             bool_parsing query.truth, enum query.colour, int_parsing query.maybe, \
             int_parsing query.standard",
        ),
        (query("&byte=-1"), "422 greater_than_equal query.byte"),
        (
            Sent::get("/query"),
            "422 missing query.item_id, missing query.byte, missing query.fraction, \
             missing query.truth, missing query.text, missing query.colour",
        ),
        (
            Sent::get("/header")
                .header("Item-Id", "1")
                .header("item-id", "x")
                .header("item_id", "y")
                .header("byte", "b")
                .header("text", "é"),
            "422 int_parsing header.byte, missing header.fraction, missing header.truth, \
             missing header.colour",
        ),
        (
            cookie(r#";item_id = "5" ; text="#),
            "200 {\"item_id\":5,\"byte\":2,\"fraction\":3.0,\"truth\":true,\
             \"text\":\"\",\"colour\":\"red\",\"maybe\":null,\"standard\":7}",
        ),
        (cookie("; item_id; byte=2=2; Colour=x"), "422 int_parsing cookie.byte"),
        (
            Sent::get("/path/1/2/3.5/on/a%20%C3%A9/blue"),
            "200 {\"item_id\":1,\"byte\":2,\"fraction\":3.5,\"truth\":true,\
             \"text\":\"a é\",\"colour\":\"blue\"}",
        ),
        (
            Sent::get("/path/x/300/y/z/t/pink"),
            "422 int_parsing path.item_id, less_than_equal path.byte, \
             float_parsing path.fraction, bool_parsing path.truth, enum path.colour",
        ),
        // All sources at once.
        (
            Sent::post_json("/several/1?numbers=1&numbers=2&skip=3", r#"{"x": 1.5}"#)
                .header("x-token", "t")
                .header("x-ids", "4")
                .header("x-ids", "5")
                .header("cookie", "session=off"),
            "200 {\"item_id\":1,\"numbers\":[1,2],\"x_token\":\"t\",\"session\":false,\
             \"point\":{\"x\":1.5,\"y\":0.0},\"skip\":3,\"x_ids\":[4,5]}",
        ),
        (
            Sent::post_json("/several/x?numbers=1&numbers=y", "[]").header("x-ids", "z"),
            "422 int_parsing path.item_id, int_parsing query.numbers.1, \
             missing header.x-token, int_parsing header.x-ids.0, missing cookie.session, \
             model_attributes_type body",
        ),
        (Sent::post_json("/several/x", "{"), "422 json_invalid body.1"),
    ]
}

/// What differs on purpose: of the list in the documentation of `fastapi_extract`,
/// what these routes can show.
pub fn different() -> Vec<(Sent, &'static str)> {
    let numbers = |json: &'static str| Sent::post_json("/numbers", json);
    let maybe = |json: &'static str| Sent::post_json("/maybe", json);
    vec![
        (
            numbers("[9223372036854775808]"),
            expect(rust("422 int_parsing_size body.0"), fastapi("200 [9223372036854775808]")),
        ),
        (
            Sent::post_json("/drawing", MINUS_ZERO),
            expect(
                rust(
                    "200 {\"name\":\"\",\"points\":[],\"labels\":{},\"pair\":[0,\"\"],\
                     \"anything\":-0.0,\"centre\":null,\"inner\":null}",
                ),
                fastapi(
                    "200 {\"name\":\"\",\"points\":[],\"labels\":{},\"pair\":[0,\"\"],\
                     \"anything\":0,\"centre\":null,\"inner\":null}",
                ),
            ),
        ),
        (
            numbers(r#"["0-1", "0__1"]"#),
            expect(rust("422 int_parsing body.0, int_parsing body.1"), fastapi("200 [-1,1]")),
        ),
        (
            Sent::get(format!("/query?{FITS}&fraction=-inf")),
            expect(
                rust("422 finite_number query.fraction"),
                fastapi(
                    "200 {\"item_id\":1,\"byte\":2,\"fraction\":null,\"truth\":true,\
                     \"text\":\"t\",\"colour\":\"red\",\"maybe\":null,\"standard\":7}",
                ),
            ),
        ),
        (
            Sent::get("/path/1/2/3.5/on/%ff/blue"),
            expect(
                rust(r#"400 {"detail":"Invalid UTF-8 in `text`"}"#),
                fastapi(
                    "200 {\"item_id\":1,\"byte\":2,\"fraction\":3.5,\"truth\":true,\
                     \"text\":\"\u{fffd}\",\"colour\":\"blue\"}",
                ),
            ),
        ),
        (maybe(r#"{"x": "1e999"}"#), expect(rust("422 finite_number body.x"), fastapi("500 null"))),
        (maybe(r#"{"x": NaN}"#), expect(rust("422 json_invalid body.6"), fastapi("500 null"))),
        (maybe(r#"{"x": 1e400}"#), expect(rust("422 json_invalid body.6"), fastapi("500 null"))),
        (
            maybe(r#"{"x": 1, "unknown": "\ud800"}"#),
            expect(rust("422 json_invalid body.21"), fastapi("200 {\"x\":1.0,\"y\":0.0}")),
        ),
        (
            Sent::post_json(
                "/maybe",
                format!(r#"{{"x":1,"z":{}{}}}"#, "[".repeat(127), "]".repeat(127)),
            ),
            expect(
                rust(r#"400 {"detail":"There was an error parsing the body"}"#),
                fastapi(r#"200 {"x":1.0,"y":0.0}"#),
            ),
        ),
        (
            Sent::post_json("/body", ENUM),
            expect(
                rust(
                    "200 {\"item_id\":1,\"byte\":2,\"fraction\":3.0,\"truth\":true,\
                     \"text\":\"t\",\"colour\":\"red\",\"maybe\":null,\"standard\":7}",
                ),
                fastapi("422 enum body.colour"),
            ),
        ),
        (
            Sent::get("/cookie").header("cookie", r#"item_id="\061"; byte=1; fraction=1; truth=1"#),
            expect(
                rust("422 int_parsing cookie.item_id, missing cookie.text, missing cookie.colour"),
                fastapi("422 missing cookie.text, missing cookie.colour"),
            ),
        ),
        (
            Sent::post_json("/numbers", b"\xff\xfe[\x001\x00]\x00".as_slice()),
            expect(
                rust(r#"400 {"detail":"There was an error parsing the body"}"#),
                fastapi("200 [1]"),
            ),
        ),
    ]
}
