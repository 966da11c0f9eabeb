use std::collections::{BTreeMap, BTreeSet};

use axum::body::{Body, to_bytes};
use axum::extract::{DefaultBodyLimit, FromRequestParts, State};
use axum::http::request::Parts;
use axum::http::{HeaderValue, Request, StatusCode};
use axum::routing::{MethodRouter, get, post};
use axum::{Extension, Router};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::secret::MASK;
use crate::*;

#[cfg(feature = "utoipa")]
mod constraints;
#[cfg(feature = "multipart")]
mod files;
mod flat;
mod foreign;
mod forms;
mod learned;
mod limits;
mod properties;
mod readings;
mod refused;
mod rules;
mod secrets;
mod unions;
mod unions_beside;

const AROUND: notes::Around = notes::Around { hide_input: false, schema: None };
mod wide;

type Pairs<'a> = &'a [(&'a str, &'a str)];

const JSON: Pairs<'static> = &[("content-type", "application/json")];

/// Status and body, as in `200 {"v":1}`.
async fn ask(app: &Router, request: &str, headers: Pairs<'_>, body: &[u8]) -> String {
    let (method, uri) = request.split_once(' ').unwrap();
    let mut request = Request::builder().method(method).uri(uri);
    for (name, value) in headers {
        request = request.header(*name, HeaderValue::from_bytes(value.as_bytes()).unwrap());
    }
    let request = request.body(Body::from(body.to_vec())).unwrap();
    let response = app.clone().oneshot(request).await.unwrap();
    let status = response.status().as_u16();
    let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    format!("{status} {}", String::from_utf8(body.to_vec()).unwrap())
}

/// A router whose `/` reads a `T` and answers nothing.
fn reads<T: DeserializeOwned + Send + 'static>() -> Router {
    Router::new().route("/", post(async |Json(_): Json<T>| ()))
}

/// A router whose `/` sends back the `T` that it reads.
fn echoes<T: DeserializeOwned + Serialize + Send + 'static>() -> Router {
    Router::new().route("/", post(async |Json(it): Json<T>| Json(it)))
}

/// The answer to a JSON body.
async fn sends(app: &Router, body: &Value) -> String {
    ask(app, "POST /", JSON, body.to_string().as_bytes()).await
}

/// The answer to a body for a `T`.
async fn answer<T: DeserializeOwned + Send + 'static>(body: Value) -> String {
    sends(&reads::<T>(), &body).await
}

/// The same, with what was read.
async fn echo<T: DeserializeOwned + Serialize + Send + 'static>(body: Value) -> String {
    sends(&echoes::<T>(), &body).await
}

/// A 422 with these problems.
fn invalid<const N: usize>(problems: [Value; N]) -> String {
    format!("422 {}", json!({ "detail": problems.as_slice() }))
}

/// An entry of `detail`, with Pydantic's words for its type.
fn problem(kind: &str, loc: Value, input: Value) -> Value {
    let msg = match kind {
        "missing" => "Field required",
        "int_type" => "Input should be a valid integer",
        "int_parsing" => "Input should be a valid integer, unable to parse string as an integer",
        "int_from_float" => "Input should be a valid integer, got a number with a fractional part",
        "int_parsing_size" => "Unable to parse input string as an integer, exceeded maximum size",
        "float_type" => "Input should be a valid number",
        "float_parsing" => "Input should be a valid number, unable to parse string as a number",
        "finite_number" => "Input should be a finite number",
        "bool_type" => "Input should be a valid boolean",
        "bool_parsing" => "Input should be a valid boolean, unable to interpret input",
        "string_type" => "Input should be a valid string",
        "none_required" => "Input should be None",
        "list_type" => "Input should be a valid list",
        "tuple_type" => "Input should be a valid tuple",
        "dict_type" => "Input should be a valid dictionary",
        "model_attributes_type" => {
            "Input should be a valid dictionary or object to extract fields from"
        }
        "extra_forbidden" => "Extra inputs are not permitted",
        other => panic!("no words for {other}"),
    };
    json!({ "type": kind, "loc": loc, "msg": msg, "input": input })
}

/// The same, with what the message was made from.
fn problem_with(kind: &str, loc: Value, msg: &str, input: Value, ctx: Value) -> Value {
    json!({ "type": kind, "loc": loc, "msg": msg, "input": input, "ctx": ctx })
}

fn json_invalid(offset: usize, error: &str) -> String {
    let (loc, ctx) = (json!(["body", offset]), json!({ "error": error }));
    invalid([problem_with("json_invalid", loc, "JSON decode error", json!({}), ctx)])
}

#[derive(Deserialize, Serialize, PartialEq, Eq, Hash)]
#[serde(rename_all = "lowercase")]
enum Colour {
    Red,
    Green,
    Blue,
}

fn scalars() -> Router {
    macro_rules! echo {
        ($($path:literal $type:ty,)*) => {
            Router::new()$(.route($path, post(async |Json(it): Json<$type>| Json(it))))*
        };
    }
    echo! {
        "/int" i64, "/u8" u8, "/i32" i32, "/u64" u64, "/float" f64, "/bool" bool, "/str" String,
        "/unit" (), "/option" Option<i64>, "/colour" Colour, "/list" Vec<i64>, "/any" Value,
        "/tuple" (i64, String), "/dict" BTreeMap<i64, bool>,
    }
}

#[tokio::test]
async fn good_values_are_coerced_as_pydantic_does() {
    let app = scalars();
    for (path, sent, read) in [
        ("/int", r#""5""#, "5"),
        ("/int", r#"" +1_000.00\n""#, "1000"),
        ("/int", r#""-007""#, "-7"),
        ("/int", "5.0", "5"),
        ("/int", "true", "1"),
        ("/int", "-9223372036854775808", "-9223372036854775808"),
        ("/u64", "18446744073709551615", "18446744073709551615"),
        ("/u8", "0", "0"),
        ("/u8", r#""255""#, "255"),
        ("/float", "1", "1.0"),
        ("/float", r#""1_0.5""#, "10.5"),
        ("/float", r#"" 10.5\n""#, "10.5"),
        ("/float", r#""1e2""#, "100.0"),
        ("/float", "false", "0.0"),
        ("/bool", r#""YES""#, "true"),
        ("/bool", r#""off""#, "false"),
        ("/bool", "true", "true"),
        ("/bool", "1.0", "true"),
        ("/bool", "0", "false"),
        ("/option", "null", "null"),
        ("/option", r#""5""#, "5"),
        ("/colour", r#""green""#, r#""green""#),
        ("/list", r#"["1",2]"#, "[1,2]"),
        ("/tuple", r#"["1","a"]"#, r#"[1,"a"]"#),
        ("/dict", r#"{"1":"on"}"#, r#"{"1":true}"#),
        ("/any", r#"{"a":[1,2.5,"x",null,true]}"#, r#"{"a":[1,2.5,"x",null,true]}"#),
        ("/unit", "null", "null"),
    ] {
        let answer = ask(&app, &format!("POST {path}"), JSON, sent.as_bytes()).await;
        assert_eq!(answer, format!("200 {read}"), "{path} {sent}");
    }
}

#[tokio::test]
async fn bad_values_are_reported_in_pydantics_words() {
    let app = scalars();
    for (path, sent, kind) in [
        ("/int", json!("x"), "int_parsing"),
        ("/int", json!(""), "int_parsing"),
        ("/int", json!("1.5"), "int_parsing"),
        ("/int", json!("1."), "int_parsing"),
        ("/int", json!("1__0"), "int_parsing"),
        ("/int", json!("+-1"), "int_parsing"),
        ("/int", json!("1e2"), "int_parsing"),
        ("/int", json!(1.5), "int_from_float"),
        ("/int", json!(null), "int_type"),
        ("/int", json!([1]), "int_type"),
        ("/int", json!("99999999999999999999"), "int_parsing_size"),
        ("/int", json!("-9223372036854775809"), "int_parsing_size"),
        ("/int", json!(9_223_372_036_854_775_808_u64), "int_parsing_size"),
        ("/int", json!(-9_223_372_036_854_775_808.0), "int_parsing_size"),
        ("/u64", json!(1e30), "int_parsing_size"),
        ("/float", json!("x"), "float_parsing"),
        ("/float", json!("1_"), "float_parsing"),
        ("/float", json!(" 1_0.5"), "float_parsing"),
        ("/float", json!("nan"), "finite_number"),
        ("/float", json!("-inf"), "finite_number"),
        ("/float", json!("1e400"), "finite_number"),
        ("/float", json!(null), "float_type"),
        ("/bool", json!("maybe"), "bool_parsing"),
        ("/bool", json!(" true"), "bool_parsing"),
        ("/bool", json!(2), "bool_parsing"),
        ("/bool", json!(1.5), "bool_type"),
        ("/bool", json!(null), "bool_type"),
        ("/str", json!(1), "string_type"),
        ("/str", json!(null), "string_type"),
        ("/unit", json!(0), "none_required"),
        ("/list", json!({}), "list_type"),
        ("/tuple", json!("ab"), "tuple_type"),
        ("/dict", json!([]), "dict_type"),
    ] {
        let answer = ask(&app, &format!("POST {path}"), JSON, sent.to_string().as_bytes()).await;
        assert_eq!(answer, invalid([problem(kind, json!(["body"]), sent)]), "{path}");
    }
}

#[tokio::test]
async fn bounds_and_choices_are_told() {
    let app = scalars();
    let expected = "'red', 'green' or 'blue'";
    for (path, sent, kind, msg, ctx) in [
        ("/u8", json!(300), "less_than_equal", "less than or equal to 255", json!({ "le": 255 })),
        (
            "/u8",
            json!("-1"),
            "greater_than_equal",
            "greater than or equal to 0",
            json!({ "ge": 0 }),
        ),
        (
            "/i32",
            json!(-2_147_483_649_i64),
            "greater_than_equal",
            "greater than or equal to -2147483648",
            json!({ "ge": i32::MIN }),
        ),
        ("/colour", json!("pink"), "enum", expected, json!({ "expected": expected })),
        ("/colour", json!({ "a": 1 }), "enum", expected, json!({ "expected": expected })),
    ] {
        let answer = ask(&app, &format!("POST {path}"), JSON, sent.to_string().as_bytes()).await;
        let msg = format!("Input should be {msg}");
        assert_eq!(
            answer,
            invalid([problem_with(kind, json!(["body"]), &msg, sent, ctx)]),
            "{path}"
        );
    }
}

#[derive(Deserialize, Serialize)]
struct Item {
    id: String,
    title: String,
    description: Option<String>,
}

#[derive(Deserialize, Serialize)]
struct Order {
    items: Vec<Line>,
    payer: Person,
    address: (String, i64),
    #[serde(default)]
    note: String,
    next: Option<Box<Order>>,
}

#[derive(Deserialize, Serialize)]
struct Line {
    price: f64,
    count: u32,
}

#[derive(Deserialize, Serialize)]
struct Person {
    name: String,
}

fn bodies() -> Router {
    Router::new()
        .route("/item", post(async |Json(item): Json<Item>| Json(item)))
        .route("/maybe", post(async |Json(item): Json<Option<Item>>| Json(item)))
        .route("/order", post(async |Json(order): Json<Order>| Json(order)))
}

#[tokio::test]
async fn the_bytes_of_an_answer_are_fastapis() {
    let answer = ask(&bodies(), "POST /item", JSON, br#"{"title":null}"#).await;
    assert_eq!(
        answer,
        concat!(
            r#"422 {"detail":[{"type":"missing","loc":["body","id"],"#,
            r#""msg":"Field required","input":{"title":null}},"#,
            r#"{"type":"string_type","loc":["body","title"],"#,
            r#""msg":"Input should be a valid string","input":null}]}"#
        )
    );
}

#[tokio::test]
async fn unknown_fields_are_dropped_and_options_may_be_left_out() {
    let answer = ask(&bodies(), "POST /item", JSON, br#"{"title":"t","x":1,"id":"i"}"#).await;
    assert_eq!(answer, r#"200 {"id":"i","title":"t","description":null}"#);
}

#[tokio::test]
async fn all_bad_fields_come_in_the_order_of_declaration_with_their_path() {
    let lines = json!([{ "price": "x", "count": "2" }, 5, { "count": 1.5 }]);
    let next =
        json!({ "items": [], "payer": { "name": "n" }, "address": ["street", 1], "note": null });
    let sent = json!({ "next": next, "address": ["street"], "items": lines, "payer": [] });
    let answer = ask(&bodies(), "POST /order", JSON, sent.to_string().as_bytes()).await;
    let attributes = "model_attributes_type";
    assert_eq!(
        answer,
        invalid([
            problem("float_parsing", json!(["body", "items", 0, "price"]), json!("x")),
            problem(attributes, json!(["body", "items", 1]), json!(5)),
            problem("missing", json!(["body", "items", 2, "price"]), json!({ "count": 1.5 })),
            problem("int_from_float", json!(["body", "items", 2, "count"]), json!(1.5)),
            problem(attributes, json!(["body", "payer"]), json!([])),
            problem("missing", json!(["body", "address", 1]), json!(["street"])),
            problem("string_type", json!(["body", "next", "note"]), json!(null)),
        ])
    );
}

#[tokio::test]
async fn a_tuple_that_is_too_long_is_one_problem() {
    let answer = ask(&scalars(), "POST /tuple", JSON, br#"["x",1,2]"#).await;
    let msg = "Tuple should have at most 2 items after validation, not 3";
    let ctx = json!({ "field_type": "Tuple", "max_length": 2, "actual_length": 3 });
    let sent = json!(["x", 1, 2]);
    assert_eq!(answer, invalid([problem_with("too_long", json!(["body"]), msg, sent, ctx)]));
}

#[tokio::test]
async fn keys_and_values_of_a_map_are_checked() {
    let answer = ask(&scalars(), "POST /dict", JSON, br#"{"x":1,"2":"maybe"}"#).await;
    assert_eq!(
        answer,
        invalid([
            problem("int_parsing", json!(["body", "x"]), json!("x")),
            problem("bool_parsing", json!(["body", "2"]), json!("maybe")),
        ])
    );
}

#[tokio::test]
async fn a_body_of_another_content_type_is_one_string() {
    let sent = r#"{"id":"q","title":"X"}"#;
    let refused = invalid([problem("model_attributes_type", json!(["body"]), Value::from(sent))]);
    let accepted = r#"200 {"id":"q","title":"X","description":null}"#;
    for (content_type, answer) in [
        (None, refused.as_str()),
        (Some("text/plain"), &refused),
        (Some("text/json"), &refused),
        (Some("application/jsonx"), &refused),
        (Some("application/xjson"), &refused),
        (Some("application/json/x"), &refused),
        (Some(""), &refused),
        (Some("application/json; charset=utf-8"), accepted),
        (Some("APPLICATION/JSON"), accepted),
        (Some("application/vnd.x+json"), accepted),
    ] {
        let header = content_type.map(|value| ("content-type", value));
        let given = ask(&bodies(), "POST /item", header.as_slice(), sent.as_bytes()).await;
        assert_eq!(given, answer, "{content_type:?}");
    }
}

#[tokio::test]
async fn a_body_that_is_left_out_is_missing_unless_it_is_an_option() {
    let missing = invalid([problem("missing", json!(["body"]), json!(null))]);
    assert_eq!(ask(&bodies(), "POST /item", JSON, b"").await, missing);
    assert_eq!(ask(&bodies(), "POST /maybe", JSON, b"").await, "200 null");
    assert_eq!(ask(&bodies(), "POST /maybe", JSON, b"null").await, "200 null");
}

#[tokio::test]
async fn malformed_json_is_one_problem_in_pythons_words() {
    let value = "Expecting value";
    let name = "Expecting property name enclosed in double quotes";
    let colon = "Expecting ':' delimiter";
    let comma = "Expecting ',' delimiter";
    let unterminated = "Unterminated string starting at";
    for (sent, offset, error) in [
        (" ", 1, value),
        ("[", 1, value),
        ("-", 0, value),
        ("[1,]", 3, value),
        ("[1,,2]", 3, value),
        (r#"{"id":nul}"#, 6, value),
        ("{\n\"é\": oops}", 7, value),
        ("{", 1, name),
        ("{id:1}", 1, name),
        (r#"{"id":1,}"#, 8, name),
        ("{\"id\" :\t1 ,\r\n \"a\" : 2, 3}", 23, name),
        (r#"{"id" 1}"#, 6, colon),
        (r#"{"id":1"#, 7, comma),
        (r#"{"id":1.}"#, 7, comma),
        (r#"{"id":1 2}"#, 8, comma),
        ("[1 2]", 3, comma),
        ("[01]", 2, comma),
        (r#"{"id":"abc"#, 6, unterminated),
        (r#"{"id":"a\"\\\"c"#, 6, unterminated),
        (r#""abc\"#, 0, unterminated),
        ("\"a\tb\"", 2, "Invalid control character at"),
        (r#"{"id":"\x"}"#, 7, r"Invalid \escape"),
        (r#"["é\u12g4"]"#, 4, r"Invalid \uXXXX escape"),
        (r#""\u1234"#, 2, r"Invalid \uXXXX escape"),
        (r#""\ud83d\u12""#, 8, r"Invalid \uXXXX escape"),
        (r#"{"id":1}x"#, 8, "Extra data"),
        // What is wrong with it to Python comes first.
        ("[NaN, 1e400, oops]", 13, value),
    ] {
        let answer = ask(&bodies(), "POST /item", JSON, sent.as_bytes()).await;
        assert_eq!(answer, json_invalid(offset, error), "{sent}");
    }
}

#[tokio::test]
async fn json_that_only_python_reads_is_refused() {
    for (sent, offset, error) in [
        ("NaN", 0, "Expecting a finite number"),
        ("[1, -Infinity, 1e400]", 4, "Expecting a finite number"),
        (r#"{"é": -1e400}"#, 6, "Number out of range"),
        (r#"["é\ud800"]"#, 3, "Unpaired surrogate"),
        (r#""\ud83d\ude00\ude00""#, 13, "Unpaired surrogate"),
    ] {
        let answer = ask(&bodies(), "POST /item", JSON, sent.as_bytes()).await;
        assert_eq!(answer, json_invalid(offset, error), "{sent}");
    }
}

#[tokio::test]
async fn a_body_that_is_nested_too_deep_is_400() {
    let refused = r#"400 {"detail":"There was an error parsing the body"}"#;
    let app = Router::new().route("/", post(async |Json(_): Json<Value>| ()));
    for (depth, end, answer) in [
        (127, "]", "200 ".to_owned()),
        (127, "", json_invalid(127, "Expecting value")),
        (128, "]", refused.to_owned()),
        (128, "", refused.to_owned()),
        (100_000, "", refused.to_owned()),
    ] {
        let sent = "[".repeat(depth) + &end.repeat(depth);
        assert_eq!(ask(&app, "POST /", JSON, sent.as_bytes()).await, answer, "{depth} {end}");
    }
}

#[tokio::test]
async fn a_byte_order_mark_is_skipped() {
    assert_eq!(ask(&scalars(), "POST /int", JSON, b"\xef\xbb\xbf5").await, "200 5");
}

#[tokio::test]
async fn a_body_that_is_not_utf_8_is_400() {
    let answer = ask(&bodies(), "POST /item", JSON, b"{\"id\":\"\xff\"}").await;
    assert_eq!(answer, r#"400 {"detail":"There was an error parsing the body"}"#);
}

#[tokio::test]
async fn a_body_that_is_too_large_is_413() {
    let app = bodies().layer(DefaultBodyLimit::max(8));
    let answer = ask(&app, "POST /item", JSON, br#"{"id":"12345"}"#).await;
    assert_eq!(answer, r#"413 {"detail":"Payload Too Large"}"#);
}

#[derive(Deserialize, Serialize)]
struct Page {
    q: Option<String>,
    #[serde(default)]
    skip: i64,
    limit: i64,
    #[serde(default)]
    tags: Vec<i64>,
}

#[derive(Deserialize, Serialize)]
struct Token {
    x_token: String,
    #[serde(default)]
    x_ids: Vec<i64>,
}

#[derive(Deserialize, Serialize)]
struct Visit {
    last_query: Option<String>,
    visits: i64,
}

fn params() -> Router {
    Router::new()
        .route("/query", get(async |Query(page): Query<Page>| Json(page)))
        .route("/header", get(async |Header(token): Header<Token>| Json(token)))
        .route("/cookie", get(async |Cookie(visit): Cookie<Visit>| Json(visit)))
}

#[tokio::test]
async fn query_takes_the_last_value_or_all() {
    let uri = "GET /query?limit=1&q=a&q=%ED%95%9C+b%20c&limit=%202&tags=3&Q=x&tags=4";
    let answer = ask(&params(), uri, &[], b"").await;
    assert_eq!(answer, r#"200 {"q":"한 b c","skip":0,"limit":2,"tags":[3,4]}"#);
}

#[tokio::test]
async fn query_reports_all_bad_values() {
    let answer = ask(&params(), "GET /query?tags=1&tags=x&skip=", &[], b"").await;
    assert_eq!(
        answer,
        invalid([
            problem("int_parsing", json!(["query", "skip"]), json!("")),
            problem("missing", json!(["query", "limit"]), json!(null)),
            problem("int_parsing", json!(["query", "tags", 1]), json!("x")),
        ])
    );
}

#[tokio::test]
async fn a_map_takes_each_name_once() {
    type Numbers = Query<BTreeMap<String, i64>>;
    let app = Router::new().route("/", get(async |Query(numbers): Numbers| Json(numbers)));
    assert_eq!(ask(&app, "GET /?b=1&a=2&b=3", &[], b"").await, r#"200 {"a":2,"b":3}"#);
    let answer = ask(&app, "GET /?a=x&a=y", &[], b"").await;
    assert_eq!(answer, invalid([problem("int_parsing", json!(["query", "a"]), json!("y"))]));
}

#[tokio::test]
async fn a_renamed_header_may_be_written_in_any_case() {
    #[derive(Deserialize, Serialize)]
    struct Renamed {
        #[serde(rename = "X-Token")]
        token: i64,
    }
    let app = Router::new().route("/", get(async |Header(it): Header<Renamed>| Json(it)));
    let answer = ask(&app, "GET /", &[("x-TOKEN", "1")], b"").await;
    assert_eq!(answer, r#"200 {"X-Token":1}"#);
    let answer = ask(&app, "GET /", &[], b"").await;
    assert_eq!(answer, invalid([problem("missing", json!(["header", "X-Token"]), json!(null))]));
    let answer = ask(&app, "GET /", &[("x-token", "a")], b"").await;
    assert_eq!(answer, invalid([problem("int_parsing", json!(["header", "X-Token"]), json!("a"))]));
}

#[tokio::test]
async fn header_turns_underscores_into_hyphens_and_takes_the_first_value_or_all() {
    let sent = [("X-tOKEN", "é"), ("x-token", "second"), ("x-ids", "1"), ("X-Ids", "2")];
    let answer = ask(&params(), "GET /header", &sent, b"").await;
    assert_eq!(answer, r#"200 {"x_token":"Ã©","x_ids":[1,2]}"#);

    let sent = [("x_token", "with an underscore"), ("x-ids", "a")];
    let answer = ask(&params(), "GET /header", &sent, b"").await;
    assert_eq!(
        answer,
        invalid([
            problem("missing", json!(["header", "x-token"]), json!(null)),
            problem("int_parsing", json!(["header", "x-ids", 0]), json!("a")),
        ])
    );
}

#[tokio::test]
async fn cookie_keeps_underscores_and_takes_the_last_value() {
    let sent = [("cookie", r#"visits=1; last_query="old"; flag"#), ("cookie", " visits = 2 ;")];
    let answer = ask(&params(), "GET /cookie", &sent, b"").await;
    assert_eq!(answer, r#"200 {"last_query":"old","visits":2}"#);

    let answer = ask(&params(), "GET /cookie", &[("cookie", "last-query=a; visits")], b"").await;
    assert_eq!(answer, invalid([problem("missing", json!(["cookie", "visits"]), json!(null))]));
}

#[derive(Deserialize, Serialize)]
struct Place {
    shelf: String,
    slot: i64,
}

#[tokio::test]
async fn path_is_a_struct_a_tuple_or_one_value() {
    let app = Router::new()
        .route("/struct/{slot}/{shelf}", get(async |Path(place): Path<Place>| Json(place)))
        .route("/tuple/{a}/{b}", get(async |Path(pair): Path<(i64, bool)>| Json(pair)))
        .route("/one/{user_id}", get(async |Path(id): Path<i64>| Json(id)))
        .route("/wrong/{a}/{b}", get(async |Path(id): Path<i64>| Json(id)))
        .route("/short/{a}/{b}", get(async |Path(pair): Path<(i64,)>| Json(pair)))
        .route("/names/{a}", get(async |Path(place): Path<Place>| Json(place)));
    for (uri, answer) in [
        ("/struct/7/a%2Fb", r#"200 {"shelf":"a/b","slot":7}"#.to_owned()),
        ("/struct/x/y", invalid([problem("int_parsing", json!(["path", "slot"]), json!("x"))])),
        ("/tuple/1/yes", "200 [1,true]".to_owned()),
        (
            "/tuple/x/2",
            invalid([
                problem("int_parsing", json!(["path", "a"]), json!("x")),
                problem("bool_parsing", json!(["path", "b"]), json!("2")),
            ]),
        ),
        ("/one/-1", "200 -1".to_owned()),
        ("/one/abc", invalid([problem("int_parsing", json!(["path", "user_id"]), json!("abc"))])),
        ("/one/%FF", r#"400 {"detail":"Invalid UTF-8 in `user_id`"}"#.to_owned()),
        ("/wrong/1/2", "500 Internal Server Error".to_owned()),
        ("/short/1/2", "500 Internal Server Error".to_owned()),
        ("/names/1", "500 Internal Server Error".to_owned()),
    ] {
        assert_eq!(ask(&app, &format!("GET {uri}"), &[], b"").await, answer, "{uri}");
    }
}

#[tokio::test]
async fn a_path_that_its_type_refuses_is_shown() {
    #[derive(Deserialize)]
    #[serde(try_from = "u32")]
    struct Odd(u32);

    impl TryFrom<u32> for Odd {
        type Error = &'static str;
        fn try_from(number: u32) -> Result<Self, Self::Error> {
            if number % 2 == 1 { Ok(Self(number)) } else { Err("it is even") }
        }
    }

    let app = Router::new()
        .route("/number/{id}", get(async |Path(id): Path<Odd>| Json(id.0)))
        .route("/secret/{id}", get(async |_: Path<Secret<Odd>>| ()));
    let refused = |loc, input: &str| {
        let msg = "Value error, it is even";
        problem_with("value_error", loc, msg, json!(input), json!({ "error": {} }))
    };
    let loc = json!(["path", "id"]);
    for (uri, answer) in [
        ("/number/7", "200 7".to_owned()),
        ("/number/0", invalid([refused(loc.clone(), "0")])),
        ("/number/x", invalid([problem("int_parsing", loc.clone(), json!("x"))])),
        ("/secret/0", invalid([refused(loc, "**********")])),
    ] {
        assert_eq!(ask(&app, &format!("GET {uri}"), &[], b"").await, answer, "{uri}");
    }
}

#[tokio::test]
async fn a_path_without_a_router_tells_nothing() {
    let handler: MethodRouter = post(async |Path(id): Path<i64>| Json(id));
    let response = handler.oneshot(Request::post("/1").body(Body::empty()).unwrap()).await.unwrap();
    assert_eq!(response.status(), 500);
    let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    assert_eq!(body, "Internal Server Error");
}

/// A dependency that looks at one header, and answers for itself.
struct Verified<const NAME: char>;

#[derive(Deserialize)]
struct Verify {
    x_token: String,
}

#[derive(Deserialize)]
struct Key {
    x_key: String,
}

impl<S: Send + Sync, const NAME: char> FromRequestParts<S> for Verified<NAME> {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Rejection> {
        let value = if NAME == 't' {
            Header::<Verify>::from_request_parts(parts, state).await?.0.x_token
        } else {
            Header::<Key>::from_request_parts(parts, state).await?.0.x_key
        };
        if value != "secret" {
            let detail = format!("{NAME} is invalid");
            return Err(Rejection::raised(StatusCode::BAD_REQUEST, &detail));
        }
        Ok(Self)
    }
}

fn gathered() -> Router {
    type Both = All<(Verified<'t'>, Verified<'k'>)>;
    type Many = All<(State<i64>, Both, Path<i64>, Query<Page>, Json<Item>)>;
    Router::new()
        .route("/both", get(async |_: Both| "ok"))
        .route(
            "/many/{id}",
            post(async |All((State(state), _, Path(id), _, Json(item))): Many| {
                Json((state, id, item.id))
            }),
        )
        .with_state(42)
}

#[tokio::test]
async fn all_gathers_invalid_parts_and_stops_at_a_raised_answer() {
    let missing = |name| problem("missing", json!(["header", name]), json!(null));
    let both = invalid([missing("x-token"), missing("x-key")]);
    let token = invalid([missing("x-token")]);
    let app = gathered();
    for (headers, answer) in [
        (&[] as Pairs<'_>, both.as_str()),
        (&[("x-key", "secret")], &token),
        (&[("x-key", "bad")], r#"400 {"detail":"k is invalid"}"#),
        (&[("x-token", "bad")], r#"400 {"detail":"t is invalid"}"#),
        (&[("x-token", "bad"), ("x-key", "bad")], r#"400 {"detail":"t is invalid"}"#),
        (&[("x-token", "secret"), ("x-key", "secret")], "200 ok"),
    ] {
        assert_eq!(ask(&app, "GET /both", headers, b"").await, answer, "{headers:?}");
    }
}

#[tokio::test]
async fn all_gathers_from_every_source_with_the_body_last() {
    let app = gathered();
    let keys = [("x-token", "secret"), ("x-key", "secret"), JSON[0]];
    let item = br#"{"id":"i","title":"t"}"#;
    assert_eq!(ask(&app, "POST /many/1?limit=1", &keys, item).await, r#"200 [42,1,"i"]"#);

    let answer = ask(&app, "POST /many/x?skip=y", &keys[1..], br#"{"id":1,"title":"t"}"#).await;
    assert_eq!(
        answer,
        invalid([
            problem("missing", json!(["header", "x-token"]), json!(null)),
            problem("int_parsing", json!(["path", "id"]), json!("x")),
            problem("int_parsing", json!(["query", "skip"]), json!("y")),
            problem("missing", json!(["query", "limit"]), json!(null)),
            problem("string_type", json!(["body", "id"]), json!(1)),
        ])
    );
}

#[tokio::test]
async fn malformed_json_stands_alone_but_a_raised_answer_comes_first() {
    let app = gathered();
    let answer = ask(&app, "POST /many/x", JSON, b"{").await;
    assert_eq!(answer, json_invalid(1, "Expecting property name enclosed in double quotes"));
    let answer = ask(&app, "POST /many/x", &[("x-key", "bad"), JSON[0]], b"{").await;
    assert_eq!(answer, r#"400 {"detail":"k is invalid"}"#);
}

#[tokio::test]
async fn hide_input_leaves_input_out_everywhere() {
    let app = bodies().merge(params()).layer(Extension(HideInput));
    for (request, body) in [
        ("POST /item", r#"{"id":"hunter2","title":1}"#),
        ("POST /item", "hunter2"),
        ("GET /query?limit=hunter2", ""),
    ] {
        let answer = ask(&app, request, JSON, body.as_bytes()).await;
        assert!(answer.starts_with("422 "), "{answer}");
        assert!(!answer.contains("input\":") && !answer.contains("hunter2"), "{answer}");
    }
    let answer = ask(&app, "POST /item", JSON, br#"{"id":"hunter2","title":1}"#).await;
    assert_eq!(
        answer,
        r#"422 {"detail":[{"type":"string_type","loc":["body","title"],"msg":"Input should be a valid string"}]}"#
    );
}

#[tokio::test]
async fn an_option_with_deserialize_with_may_be_null_but_not_left_out() {
    #[derive(Deserialize, Serialize)]
    struct Note {
        #[serde(deserialize_with = "Option::deserialize")]
        text: Option<String>,
        #[serde(default, deserialize_with = "Option::deserialize")]
        author: Option<String>,
    }
    let app = Router::new()
        .route("/note", post(async |Json(it): Json<Option<Note>>| Json(it)))
        .route("/pair", post(async |Json(it): Json<(i64, Option<i64>)>| Json(it)))
        .route("/query", post(async |Query(it): Query<Note>| Json(it)));
    for (request, sent, answer) in [
        ("POST /note", r#"{"text":null}"#, r#"200 {"text":null,"author":null}"#.to_owned()),
        ("POST /note", r#"{"text":"t"}"#, r#"200 {"text":"t","author":null}"#.to_owned()),
        ("POST /note", "{}", invalid([problem("missing", json!(["body", "text"]), json!({}))])),
        (
            "POST /note",
            r#"{"text":5}"#,
            invalid([problem("string_type", json!(["body", "text"]), json!(5))]),
        ),
        ("POST /note", "", "200 null".to_owned()),
        ("POST /pair", "[1,null]", "200 [1,null]".to_owned()),
        ("POST /pair", "[1]", invalid([problem("missing", json!(["body", 1]), json!([1]))])),
        ("POST /query?text=t", "", r#"200 {"text":"t","author":null}"#.to_owned()),
        ("POST /query", "", invalid([problem("missing", json!(["query", "text"]), json!(null))])),
    ] {
        assert_eq!(ask(&app, request, JSON, sent.as_bytes()).await, answer, "{request} {sent}");
    }
}

#[tokio::test]
async fn a_type_of_ones_own_has_its_own_words() {
    #[derive(Deserialize, Serialize)]
    #[serde(try_from = "String", into = "String")]
    struct Email(String);

    impl TryFrom<String> for Email {
        type Error = &'static str;
        fn try_from(text: String) -> Result<Self, Self::Error> {
            if text.contains('@') { Ok(Self(text)) } else { Err("no @ in it") }
        }
    }

    impl From<Email> for String {
        fn from(email: Email) -> Self {
            email.0
        }
    }

    impl Clone for Email {
        fn clone(&self) -> Self {
            Self(self.0.clone())
        }
    }

    #[derive(Deserialize, Serialize)]
    struct User {
        age: i64,
        email: Email,
    }

    let app = Router::new().route("/", post(async |Json(user): Json<User>| Json(user)));
    let age = problem("int_parsing", json!(["body", "age"]), json!("x"));
    let (loc, ctx) = (json!(["body", "email"]), json!({ "error": {} }));
    let own = problem_with("value_error", loc.clone(), "Value error, no @ in it", json!("a"), ctx);
    for (sent, answer) in [
        (json!({ "age": "1", "email": "a@b" }), r#"200 {"age":1,"email":"a@b"}"#.to_owned()),
        (json!({ "age": "x", "email": "a" }), invalid([age.clone(), own])),
        (json!({ "age": "x", "email": 5 }), invalid([age, problem("string_type", loc, json!(5))])),
    ] {
        let sent = sent.to_string();
        assert_eq!(ask(&app, "POST /", JSON, sent.as_bytes()).await, answer, "{sent}");
    }
}

#[tokio::test]
async fn serdes_own_words_do_not_quote_the_value() {
    #[derive(Deserialize, Serialize)]
    struct Outer {
        name: String,
        #[serde(flatten)]
        inner: Inner,
    }
    #[derive(Deserialize, Serialize)]
    struct Inner {
        pin: i64,
    }

    let app = Router::new()
        .route("/", post(async |Json(outer): Json<Outer>| Json(outer)))
        .layer(Extension(HideInput));
    assert_eq!(
        ask(&app, "POST /", JSON, br#"{"pin":1,"name":"n"}"#).await,
        r#"200 {"name":"n","pin":1}"#
    );
    assert_eq!(
        ask(&app, "POST /", JSON, br#"{"pin":"hunter2","name":"n"}"#).await,
        r#"422 {"detail":[{"type":"value_error","loc":["body"],"msg":"Value error, expected i64","ctx":{"error":{}}}]}"#
    );
    assert_eq!(
        ask(&app, "POST /", JSON, br#"{"pin":1}"#).await,
        r#"422 {"detail":[{"type":"missing","loc":["body","name"],"msg":"Field required"}]}"#
    );
}

#[tokio::test]
async fn deny_unknown_fields_reports_the_first_unknown_one() {
    #[derive(Deserialize, Serialize)]
    #[serde(deny_unknown_fields)]
    struct Strict {
        a: i64,
    }

    let app = Router::new().route("/", post(async |Json(strict): Json<Strict>| Json(strict)));
    let answer = ask(&app, "POST /", JSON, br#"{"b":[1],"c":2,"a":"x"}"#).await;
    assert_eq!(
        answer,
        invalid([
            problem("int_parsing", json!(["body", "a"]), json!("x")),
            problem("extra_forbidden", json!(["body", "b"]), json!([1])),
        ])
    );

    #[derive(Deserialize, Serialize)]
    #[serde(deny_unknown_fields)]
    struct StrictHeaders {
        x_token: i64,
    }

    let app = Router::new()
        .route("/query", get(async |Query(strict): Query<Strict>| Json(strict)))
        .route("/headers", get(async |Header(strict): Header<StrictHeaders>| Json(strict)));
    let answer = ask(&app, "GET /query?b=1&c=2&a=5", &[], b"").await;
    let unknown = problem("extra_forbidden", json!(["query", "b"]), json!("1"));
    assert_eq!(answer, invalid([unknown]));
    let known = ("x-token", "5");
    assert_eq!(ask(&app, "GET /headers", &[known], b"").await, r#"200 {"x_token":5}"#);
    let answer = ask(&app, "GET /headers", &[known, ("x-key", "1")], b"").await;
    let unknown = problem("extra_forbidden", json!(["header", "x-key"]), json!("1"));
    assert_eq!(answer, invalid([unknown]));
}

#[tokio::test]
async fn nobody_gets_more_than_a_thousand_problems() {
    let sent = format!("[{}null]", "null,".repeat(4_999));
    let answer = ask(&scalars(), "POST /list", JSON, sent.as_bytes()).await;
    assert_eq!(answer.matches("int_type").count(), 1_000);
}
