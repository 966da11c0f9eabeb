//! What FastAPI's own tests ask for, as far as no other table has it: the routes of
//! `tests/fastapi/extract_own_tests.py` with our extractors, and what is sent to them.

use std::collections::BTreeSet;

use axum::Router;
use axum::routing::{get, post, put};
use fastapi_extract::{All, Checked, Cookie, Embed, Form, Header, Json, Path, Query};
use fastapi_extract::{Report, Ruled, Rules};
use jiff::civil::Time;
use jiff::{SignedDuration, Timestamp};
use lesson_tests::{expect, fastapi, own_server_only, rust};
use reqwest::Method;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use utoipa::IntoParams;
use uuid::Uuid;

use super::{Sent, Server, app};

#[derive(Deserialize, IntoParams)]
struct ItemId {
    #[param(minimum = 1)]
    item_id: i64,
}

#[derive(Deserialize)]
struct Q {
    q: Option<String>,
}

#[derive(Deserialize)]
struct Numbers {
    query: BTreeSet<i64>,
}

#[derive(Deserialize)]
struct Devices {
    device_ids: Vec<i64>,
}

#[derive(Deserialize)]
struct AnyDevices {
    #[serde(default)]
    device_ids: Vec<i64>,
}

#[derive(Deserialize, Serialize)]
struct Group {
    items: Vec<(String, String)>,
}

#[derive(Deserialize, Serialize)]
struct Point {
    x: f64,
    y: f64,
}

#[derive(Deserialize, Serialize)]
struct Pair {
    values: (i64, i64),
}

#[derive(Deserialize, Serialize)]
struct OtherItem {
    price: i64,
}

#[derive(Deserialize, Serialize)]
struct Item {
    name: Option<String>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum AnyItem {
    OtherItem(OtherItem),
    Item(Item),
}

fastapi_extract::union!(AnyItem { OtherItem, Item });

#[derive(Serialize)]
#[serde(untagged)]
enum IntOrStr {
    Int(i64),
    Str(String),
}

fastapi_extract::union!(IntOrStr { Int = "int", Str = "str" });

#[derive(Deserialize, Serialize)]
struct Text {
    value: String,
    #[serde(default)]
    enabled: bool,
}

#[derive(Deserialize, Serialize)]
struct Labels {
    labels: Vec<String>,
}

#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
enum TextOrList {
    Text(Text),
    List(Labels),
}

fastapi_extract::union!(TextOrList, tag = "kind" { Text = "text", List = "list" });

#[derive(Deserialize, Serialize)]
struct User {
    name: String,
    email: String,
}

#[derive(Deserialize, Serialize)]
struct Company {
    company_name: String,
    #[serde(default)]
    name: Vec<String>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Customer {
    User(User),
    Company(Company),
}

fastapi_extract::union!(Customer { User, Company });

#[derive(Deserialize, Serialize)]
struct One<T> {
    value: T,
}

/// What must be there but may be null.
#[derive(Deserialize, Serialize)]
#[serde(bound = "T: DeserializeOwned + Serialize")]
struct Nullable<T> {
    #[serde(deserialize_with = "Option::deserialize")]
    value: Option<T>,
}

#[derive(Deserialize, Serialize)]
struct NullableOrTen {
    #[serde(deserialize_with = "Option::deserialize")]
    value: Option<i64>,
    #[serde(default = "ten")]
    other: Option<i64>,
}

fn ten() -> Option<i64> {
    Some(10)
}

#[derive(Deserialize)]
struct Times {
    start: Timestamp,
    end: Timestamp,
    process_after: SignedDuration,
    repeat_at: Option<Time>,
}

#[derive(Deserialize, Serialize)]
struct Renamed {
    #[serde(rename(deserialize = "p-alias"))]
    value: i64,
}

#[derive(Deserialize, Serialize)]
struct Capital {
    #[serde(rename(deserialize = "P-Alias"))]
    value: i64,
}

#[derive(Deserialize, Serialize)]
struct Underscore {
    #[serde(rename(deserialize = "p_alias"))]
    value: i64,
}

#[derive(Deserialize, Serialize)]
struct Choices {
    #[serde(alias = "second")]
    value: i64,
}

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
enum Order {
    CreatedAt,
    UpdatedAt,
}

#[derive(Deserialize, Serialize)]
struct Ordered {
    order_by: Order,
}

#[derive(Deserialize, Serialize)]
struct Extras {
    param: String,
    #[serde(flatten)]
    more: Map<String, Value>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Strict {
    host: Option<String>,
    accept: Option<String>,
    int_val: i64,
}

#[derive(Deserialize, Serialize)]
struct Login {
    username: String,
    password: String,
}

#[derive(Deserialize, Serialize)]
struct Range {
    range_start: i64,
    range_end: i64,
}

impl Rules for Range {
    fn check(&self, report: &mut Report<'_>) {
        if self.range_start > self.range_end {
            report.error("range_start must not exceed range_end");
        }
    }
}

type PutTimes = All<(Path<Uuid>, Embed<Times>)>;

async fn times(All((Path(item_id), Embed(times))): PutTimes) -> Json<Value> {
    let duration = times.end.duration_since(times.start) - times.process_after;
    Json(json!({
        "item_id": item_id,
        "duration": duration.as_secs_f64(),
        "repeat_at": times.repeat_at,
    }))
}

type GetItem = All<(Checked<Path<ItemId>>, Query<Q>)>;

/// A route for each source of parameters that answers with what it was sent.
fn echo<T: DeserializeOwned + Serialize + Send + 'static>(path: &str) -> Router {
    Router::new()
        .route(&format!("{path}/query"), get(async |Query(it): Query<T>| Json(it)))
        .route(&format!("{path}/header"), get(async |Header(it): Header<T>| Json(it)))
        .route(&format!("{path}/cookie"), get(async |Cookie(it): Cookie<T>| Json(it)))
        .route(&format!("{path}/form"), post(async |Form(it): Form<T>| Json(it)))
}

pub fn router() -> Router {
    let routes = Router::new()
        .route(
            "/items/{item_id}",
            get(async |All((Checked(Path(path)), Query(query))): GetItem| {
                Json(json!({ "item_id": path.item_id, "q": query.q }))
            }),
        )
        .route("/set", get(async |Query(it): Query<Numbers>| Json(it.query)))
        .route("/list", get(async |Query(it): Query<Devices>| Json(it.device_ids)))
        .route("/list/default", get(async |Query(it): Query<AnyDevices>| Json(it.device_ids)))
        .route("/tuples/group", post(async |Json(it): Json<Group>| Json(it)))
        .route("/tuples/square", post(async |Json(it): Json<(Point, Point)>| Json(it)))
        .merge(echo::<Pair>("/tuples"))
        .route("/union", post(async |Json(it): Json<AnyItem>| Json(it)))
        .route("/union/form", post(async |Form(it): Form<Customer>| Json(it)))
        .route("/union/form/maybe", post(async |Form(it): Form<Option<Customer>>| Json(it)))
        .route("/union/form/tagged", post(async |Form(it): Form<TextOrList>| Json(it)))
        .route(
            "/union/form/tagged/maybe",
            post(async |Form(it): Form<Option<TextOrList>>| Json(it)),
        )
        .merge(echo::<One<IntOrStr>>("/int-or-str"))
        .route("/int-or-str/path/{value}", get(async |Path(it): Path<One<IntOrStr>>| Json(it)))
        .route("/int-or-str/body", post(async |Json(value): Json<IntOrStr>| Json(One { value })))
        .merge(echo::<Nullable<i64>>("/nullable"))
        .route("/nullable/list", post(async |Form(it): Form<Nullable<Vec<i64>>>| Json(it)))
        .route("/nullable/embed", post(async |Embed(it): Embed<Nullable<i64>>| Json(it)))
        .route("/nullable/body", post(async |Json(value): Json<Option<i64>>| Json(One { value })))
        .route("/nullable/model", post(async |Json(it): Json<NullableOrTen>| Json(it)))
        .route("/times/{item_id}", put(times))
        .merge(echo::<Renamed>("/alias"))
        .route("/alias/body", post(async |Json(it): Json<Renamed>| Json(it)))
        .route("/alias/capital", get(async |Header(it): Header<Capital>| Json(it)))
        .route("/alias/underscore", get(async |Header(it): Header<Underscore>| Json(it)))
        .route("/choices", post(async |Json(it): Json<Choices>| Json(it)))
        .route("/literal", get(async |Query(it): Query<Ordered>| Json(it)))
        .merge(echo::<Extras>("/extras"))
        .merge(echo::<Strict>("/strict"))
        .merge(echo::<Login>("/login"))
        .merge(echo::<Option<Login>>("/login/maybe"))
        .merge(echo::<Ruled<Range>>("/range"));
    Router::new().nest("/own", routes)
}

#[tokio::test]
async fn of_a_struct_that_lacks_a_parameter_fastapi_shows_the_others() {
    own_server_only!("needs routes of its own");
    let server = Server::of_target(app::router(), "extract_app").await;
    for (sent, problem, others) in shown() {
        let answer = server.ask(&sent).await;
        let mut problems = answer.body["detail"].clone();
        // It has the port of the server.
        if let Some(Value::Object(shown)) = problems.pointer_mut("/0/input") {
            shown.shift_remove("host");
        }
        let mut expected = problem;
        expected["input"] = expect(rust(Value::Null), fastapi(others));
        assert_eq!((answer.status, problems), (422, json!([expected])), "{sent:?}");
    }
}

/// Problems with a union of forms, of which only the `input` differs.
fn unions_of_forms() -> Vec<(Sent, &'static str)> {
    const COMPANY: &str = "422 missing body.User.email, missing body.Company.company_name";
    const TEXT: &str = "422 missing body.text.value";
    vec![
        (form("/union/form", ""), {
            "422 missing body.User.name, missing body.User.email, missing body.Company.company_name"
        }),
        (form("/union/form", "name=n&email="), COMPANY),
        (form("/union/form/maybe", "name=n"), COMPANY),
        (form("/union/form/maybe", "email="), {
            "422 missing body.User.name, missing body.User.email, missing body.Company.company_name"
        }),
        (form("/union/form/tagged", "kind=text&value="), TEXT),
        (form("/union/form/tagged", "kind="), "422 union_tag_invalid body"),
        (form("/union/form/tagged", "value=v"), "422 union_tag_not_found body"),
        (form("/union/form/tagged", "kind=list"), "422 missing body.list.labels"),
        (form("/union/form/tagged/maybe", "kind=text"), TEXT),
        (form("/union/form/tagged/maybe", "value=v"), "422 union_tag_not_found body"),
        (form("/union/form/tagged/maybe", "value="), "422 union_tag_not_found body"),
    ]
}

/// One problem with a struct of parameters, and the parameters.
fn shown() -> Vec<(Sent, Value, Value)> {
    let missing = |source: &str| json!({ "type": "missing", "loc": [source, "password"], "msg": "Field required" });
    let rule = |source: &str| {
        let msg = "Value error, range_start must not exceed range_end";
        json!({ "type": "value_error", "loc": [source], "msg": msg, "ctx": { "error": {} } })
    };
    let user = || json!({ "username": "u" });
    let user_header = || json!({ "username": "u", "accept": "*/*" });
    let range = || json!({ "range_start": "2", "range_end": "1" });
    let range_header = || json!({ "range_start": "2", "range_end": "1", "accept": "*/*" });
    vec![
        (
            own("/login/query?more=1&username=u&more=2"),
            missing("query"),
            json!({ "username": "u", "more": ["1", "2"] }),
        ),
        (own("/login/header").header("username", "u"), missing("header"), user_header()),
        (own("/login/cookie").header("cookie", "username=u"), missing("cookie"), user()),
        (form("/login/form", "username=u"), missing("body"), user()),
        (own("/login/maybe/query?username=u"), missing("query"), user()),
        (own("/login/maybe/header").header("username", "u"), missing("header"), user_header()),
        (own("/login/maybe/cookie").header("cookie", "username=u"), missing("cookie"), user()),
        (form("/login/maybe/form", "username=u"), missing("body"), user()),
        (own("/range/query?range_start=2&range_end=1"), rule("query"), range()),
        (
            own("/range/header").header("range-start", "2").header("range-end", "1"),
            rule("header"),
            range_header(),
        ),
        (
            own("/range/cookie").header("cookie", "range_start=2; range_end=1"),
            rule("cookie"),
            range(),
        ),
        (form("/range/form", "range_start=2&range_end=1"), rule("body"), range()),
    ]
}

fn own(target: &str) -> Sent {
    Sent::get(format!("/own{target}"))
}

fn json(target: &str, body: &'static str) -> Sent {
    Sent::post_json(format!("/own{target}"), body)
}

fn form(target: &str, fields: &'static str) -> Sent {
    let form = "application/x-www-form-urlencoded";
    Sent::post(format!("/own{target}"), fields).header("content-type", form)
}

/// What both answer alike.
pub fn alike() -> Vec<(Sent, &'static str)> {
    let all = [lists_and_tuples(), unions(), nullable(), names(), whole_structs()];
    all.into_iter().flatten().collect()
}

fn lists_and_tuples() -> Vec<(Sent, &'static str)> {
    let header = |values: &[&str]| {
        values.iter().fold(own("/tuples/header"), |sent, value| sent.header("values", *value))
    };
    vec![
        (own("/items/0?q=a"), "422 greater_than_equal path.item_id"),
        (own("/items/x?q=a"), "422 int_parsing path.item_id"),
        (own("/items/1?q=a"), r#"200 {"item_id":1,"q":"a"}"#),
        (own("/set?query=1&query=1&query=2"), "200 [1,2]"),
        (own("/set"), "422 missing query.query"),
        (own("/list?device_ids=5&device_ids=6"), "200 [5,6]"),
        (own("/list?device_ids=five&device_ids=six"), {
            "422 int_parsing query.device_ids.0, int_parsing query.device_ids.1"
        }),
        (own("/list"), "422 missing query.device_ids"),
        (own("/list/default"), "200 []"),
        (json("/tuples/group", r#"{"items":[["a","b"],["c","d"]]}"#), {
            r#"200 {"items":[["a","b"],["c","d"]]}"#
        }),
        (json("/tuples/group", r#"{"items":[["a","b"],["c","d","e","f"]]}"#), {
            "422 too_long body.items.1"
        }),
        (json("/tuples/group", r#"{"items":[["a","b"],["c"]]}"#), "422 missing body.items.1.1"),
        (json("/tuples/square", r#"[{"x":1,"y":2},{"x":3,"y":4}]"#), {
            r#"200 [{"x":1.0,"y":2.0},{"x":3.0,"y":4.0}]"#
        }),
        (json("/tuples/square", r#"[{"x":1,"y":2},{"x":3,"y":4},{"x":5,"y":6}]"#), {
            "422 too_long body"
        }),
        (json("/tuples/square", r#"[{"x":1,"y":2}]"#), "422 missing body.1"),
        (json("/tuples/square", "{}"), "422 tuple_type body"),
        (form("/tuples/form", "values=1&values=2"), r#"200 {"values":[1,2]}"#),
        (form("/tuples/form", "values=1&values=2&values=3"), "422 too_long body.values"),
        (form("/tuples/form", "values=1"), "422 missing body.values.1"),
        (form("/tuples/form", ""), "422 missing body.values"),
        (own("/tuples/query?values=1&values=2"), r#"200 {"values":[1,2]}"#),
        (own("/tuples/query?values=1&values=2&values=x"), "422 too_long query.values"),
        (own("/tuples/query?values=1"), "422 missing query.values.1"),
        (header(&["1", "x"]), "422 int_parsing header.values.1"),
        (header(&["1"]), "422 missing header.values.1"),
    ]
}

fn unions() -> Vec<(Sent, &'static str)> {
    const TEXT: &str = r#"200 {"value":"123"}"#;
    const USER: &str = r#"200 {"name":"n","email":"e"}"#;
    vec![
        (json("/union", r#"{"price":100}"#), r#"200 {"price":100}"#),
        (json("/union", r#"{"name":"Foo"}"#), r#"200 {"name":"Foo"}"#),
        // The second has no field that must be there.
        (json("/union", "{}"), r#"200 {"name":null}"#),
        (json("/union", r#"{"price":"x"}"#), r#"200 {"name":null}"#),
        (json("/union", r#"{"name":5}"#), {
            "422 missing body.OtherItem.price, string_type body.Item.name"
        }),
        (json("/union", "[]"), {
            "422 model_attributes_type body.OtherItem, model_attributes_type body.Item"
        }),
        (form("/union/form", "name=n&email=e"), USER),
        (form("/union/form", "company_name=&name=n&email=e"), USER),
        (form("/union/form", "company_name=c&name="), r#"200 {"company_name":"c","name":[""]}"#),
        (form("/union/form/maybe", ""), "200 null"),
        (form("/union/form/maybe", "more=1"), "200 null"),
        (form("/union/form/maybe", "name=n&email=e"), USER),
        (form("/union/form/tagged", "kind=text&value=v&enabled="), {
            r#"200 {"kind":"text","value":"v","enabled":false}"#
        }),
        (form("/union/form/tagged", "kind=list&labels=&labels=b"), {
            r#"200 {"kind":"list","labels":["","b"]}"#
        }),
        (form("/union/form/tagged/maybe", ""), "200 null"),
        (form("/union/form/tagged/maybe", "more=1"), "200 null"),
        (form("/union/form/tagged/maybe", "kind=text&value=v"), {
            r#"200 {"kind":"text","value":"v","enabled":false}"#
        }),
        (own("/int-or-str/path/123"), TEXT),
        (own("/int-or-str/query?value=123"), TEXT),
        (own("/int-or-str/header").header("value", "123"), TEXT),
        (own("/int-or-str/cookie").header("cookie", "value=123"), TEXT),
        (form("/int-or-str/form", "value=123"), TEXT),
        (json("/int-or-str/body", r#""123""#), TEXT),
        (json("/int-or-str/body", "123"), r#"200 {"value":123}"#),
        (json("/int-or-str/body", "[]"), "422 int_type body.int, string_type body.str"),
        (own("/int-or-str/query"), "422 missing query.value"),
    ]
}

fn nullable() -> Vec<(Sent, &'static str)> {
    const NULL: &str = r#"200 {"value":null}"#;
    vec![
        (own("/nullable/query"), "422 missing query.value"),
        (own("/nullable/header"), "422 missing header.value"),
        (own("/nullable/cookie"), "422 missing cookie.value"),
        (form("/nullable/form", ""), "422 missing body.value"),
        (own("/nullable/query?value="), "422 int_parsing query.value"),
        (own("/nullable/query?value=0"), r#"200 {"value":0}"#),
        (own("/nullable/header").header("value", "x"), "422 int_parsing header.value"),
        (form("/nullable/form", "value="), "422 missing body.value"),
        (form("/nullable/form", "value=1"), r#"200 {"value":1}"#),
        (form("/nullable/list", ""), "422 missing body.value"),
        (form("/nullable/list", "value="), "422 int_parsing body.value.0"),
        (form("/nullable/list", "value=1&value=2"), r#"200 {"value":[1,2]}"#),
        (json("/nullable/embed", ""), "422 missing body.value"),
        (json("/nullable/embed", "null"), "422 missing body.value"),
        (json("/nullable/embed", "{}"), "422 missing body.value"),
        (json("/nullable/embed", r#"{"value":null}"#), NULL),
        (json("/nullable/body", "null"), NULL),
        (json("/nullable/body", "0"), r#"200 {"value":0}"#),
        (json("/nullable/body", "{}"), "422 int_type body"),
        (json("/nullable/model", ""), "422 missing body"),
        (json("/nullable/model", "null"), "422 model_attributes_type body"),
        (json("/nullable/model", "{}"), "422 missing body.value"),
        (json("/nullable/model", r#"{"value":null}"#), r#"200 {"value":null,"other":10}"#),
        (json("/nullable/model", r#"{"value":1,"other":null}"#), {
            r#"200 {"value":1,"other":null}"#
        }),
    ]
}

fn names() -> Vec<(Sent, &'static str)> {
    const ONE: &str = r#"200 {"value":1}"#;
    vec![
        (own("/alias/query?value=1"), "422 missing query.p-alias"),
        (own("/alias/query?p-alias=x"), "422 int_parsing query.p-alias"),
        (own("/alias/query?p-alias=1"), ONE),
        (own("/alias/header").header("value", "1"), "422 missing header.p-alias"),
        (own("/alias/header").header("p-alias", "x"), "422 int_parsing header.p-alias"),
        (own("/alias/header").header("p-alias", "1"), ONE),
        (own("/alias/capital"), "422 missing header.P-Alias"),
        (own("/alias/capital").header("p-alias", "x"), "422 int_parsing header.P-Alias"),
        (own("/alias/capital").header("p-alias", "1"), ONE),
        (own("/alias/cookie").header("cookie", "value=1"), "422 missing cookie.p-alias"),
        (own("/alias/cookie").header("cookie", "p-alias=1"), ONE),
        (form("/alias/form", "value=1"), "422 missing body.p-alias"),
        (form("/alias/form", "p-alias=1"), ONE),
        (json("/alias/body", r#"{"value":"1"}"#), "422 missing body.p-alias"),
        (json("/alias/body", r#"{"p-alias":"x"}"#), "422 int_parsing body.p-alias"),
        (json("/alias/body", r#"{"p-alias":"1"}"#), ONE),
        (json("/choices", r#"{"value":"1"}"#), ONE),
        (json("/choices", r#"{"second":"1"}"#), ONE),
        (json("/choices", r#"{"second":"x"}"#), "422 int_parsing body.second"),
        (json("/choices", "{}"), "422 missing body.value"),
    ]
}

fn whole_structs() -> Vec<(Sent, &'static str)> {
    const ID: &str = "/times/ff97dd87-a4a5-4a12-b412-cde99f33e00e";
    let put = |target: &str, body: &'static str| Sent { method: Method::PUT, ..json(target, body) };
    vec![
        (
            put(
                ID,
                r#"{"start":"2018-12-22T14:00:00+00:00","end":"2018-12-24T15:00:00+00:00",
                    "repeat_at":"15:30:00","process_after":300}"#,
            ),
            "200 {\"item_id\":\"ff97dd87-a4a5-4a12-b412-cde99f33e00e\",\"duration\":176100.0,\
             \"repeat_at\":\"15:30:00\"}",
        ),
        (
            put(ID, r#"{"start":"1545487200","end":1545663600.5,"process_after":"PT5M"}"#),
            "200 {\"item_id\":\"ff97dd87-a4a5-4a12-b412-cde99f33e00e\",\"duration\":176100.5,\
             \"repeat_at\":null}",
        ),
        (
            put("/times/x", r#"{"start":"x","end":[],"process_after":"y","repeat_at":"z"}"#),
            "422 uuid_parsing path.item_id, datetime_from_date_parsing body.start, \
             datetime_type body.end, time_delta_parsing body.process_after, \
             time_parsing body.repeat_at",
        ),
        (
            put("/times/x", ""),
            "422 uuid_parsing path.item_id, missing body.start, missing body.end, \
             missing body.process_after",
        ),
        (own("/login/maybe/query"), "200 null"),
        (own("/login/maybe/header"), "200 null"),
        (own("/login/maybe/cookie"), "200 null"),
        (form("/login/maybe/form", ""), "200 null"),
        (own("/login/maybe/query?username=u&password=p"), {
            r#"200 {"username":"u","password":"p"}"#
        }),
        (own("/strict/query?int_val=x&extra=1"), {
            "422 int_parsing query.int_val, extra_forbidden query.extra"
        }),
        (own("/strict/header").header("int-val", "x").header("extra_header", "1"), {
            "422 int_parsing header.int-val, extra_forbidden header.extra_header"
        }),
        (own("/strict/cookie").header("cookie", "int_val=1; tracker=x"), {
            "422 extra_forbidden cookie.tracker"
        }),
        (form("/strict/form", "int_val=1&extra=x"), "422 extra_forbidden body.extra"),
        (own("/extras/cookie").header("cookie", "param=1; more=4; more=5"), {
            r#"200 {"param":"1","more":"5"}"#
        }),
        (own("/range/header").header("range-start", "1").header("range-end", "2"), {
            r#"200 {"range_start":1,"range_end":2}"#
        }),
        (own("/literal?order_by=created_at"), r#"200 {"order_by":"created_at"}"#),
    ]
}

/// What differs on purpose.
pub fn different() -> Vec<(Sent, &'static str)> {
    let mut all = unions_of_forms();
    all.extend(others());
    all
}

fn others() -> Vec<(Sent, &'static str)> {
    const ONE: &str = r#"200 {"value":1}"#;
    let underscore = |name: &str| own("/alias/underscore").header(name, "1");
    let list = r#"200 {"param":"1","more":["4","5"],"other":"6"}"#;
    let last = r#"200 {"param":"1","more":"5","other":"6"}"#;
    vec![
        // A header's name has no underscores.
        (underscore("p_alias"), expect(rust("422 missing header.p-alias"), fastapi(ONE))),
        (underscore("p-alias"), expect(rust(ONE), fastapi("422 missing header.p_alias"))),
        // An empty text is an item of the list that another candidate has.
        (
            form("/union/form", "name=&email=e"),
            expect(
                rust(r#"200 {"name":"","email":"e"}"#),
                fastapi("422 missing body.User.name, missing body.Company.company_name"),
            ),
        ),
        // Of two names for one field, only one may be sent.
        (
            json("/choices", r#"{"value":1,"second":2}"#),
            expect(rust("422 value_error body"), fastapi(ONE)),
        ),
        // `Json<Option<_>>` may be left out as well as null.
        (
            json("/nullable/body", ""),
            expect(rust(r#"200 {"value":null}"#), fastapi("422 missing body")),
        ),
        // An enum is no `Literal`.
        (
            own("/literal?order_by=invalid"),
            expect(rust("422 enum query.order_by"), fastapi("422 literal_error query.order_by")),
        ),
        // A map takes one of several values.
        (own("/extras/query?param=1&more=4&more=5&other=6"), expect(rust(last), fastapi(list))),
        (form("/extras/form", "param=1&more=4&more=5&other=6"), expect(rust(last), fastapi(list))),
    ]
}
