//! Bounds, lengths, patterns and rules: the routes of `tests/fastapi/extract_constraints.py` with
//! our extractors, and what is sent to them.

use std::collections::{BTreeMap, BTreeSet};
use std::iter;

use axum::Router;
use axum::routing::{get, post};
use fastapi_extract::{Checked, Cookie, Header, Json, Path, Query, Report, Ruled, Rules, Secret};
use fastrand::Rng;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::{IntoParams, ToSchema};

use super::random::percent_encoded;
use super::{Sent, text};

#[derive(Deserialize, Serialize, ToSchema)]
struct Numbers {
    #[schema(minimum = 1)]
    #[serde(alias = "at_least")]
    least: i64,
    #[schema(exclusive_minimum = -5, exclusive_maximum = 5)]
    between: i64,
    #[schema(multiple_of = 10, maximum = 100)]
    tens: i64,
    #[schema(exclusive_minimum = 0)]
    positive: f64,
    #[schema(minimum = 0.5, maximum = 1.5)]
    ratio: f64,
    #[schema(multiple_of = 0.25, exclusive_maximum = 1e20)]
    #[serde(default = "quarter")]
    steps: f64,
    #[schema(minimum = 0, maximum = 9)]
    maybe: Option<i64>,
    #[schema(value_type = Option<f64>, minimum = 0.1, maximum = 100, multiple_of = 0.25)]
    money: Option<Decimal>,
}

fn quarter() -> f64 {
    0.25
}

#[derive(Deserialize, Serialize, ToSchema)]
struct Texts {
    #[schema(max_length = 3)]
    short: String,
    #[schema(min_length = 3, max_length = 5, pattern = "^[a-z1-9]+$")]
    name: String,
    #[schema(pattern = "[0-9]{2}")]
    #[serde(default = "zeros")]
    code: String,
    #[schema(value_type = Option<String>, min_length = 1, max_length = 2)]
    #[serde(skip_serializing)]
    #[allow(dead_code)]
    secret: Option<Secret>,
}

fn zeros() -> String {
    "00".to_owned()
}

#[derive(Deserialize, Serialize, ToSchema)]
#[schema(min_length = 1, max_length = 3)]
struct Short(String);

#[derive(Deserialize, Serialize, ToSchema)]
#[schema(minimum = 0)]
struct Natural(i64);

#[derive(Deserialize, Serialize, ToSchema)]
#[schema(exclusive_maximum = 2)]
struct Small(f64);

#[derive(Deserialize, Serialize, ToSchema)]
#[schema(maximum = 5)]
struct UpToFive(i64);

#[derive(Deserialize, Serialize, ToSchema)]
struct Lists {
    #[schema(min_items = 1, max_items = 2)]
    items: Vec<Natural>,
    #[schema(min_items = 1, max_items = 3)]
    #[serde(default = "one")]
    names: BTreeSet<i64>,
    #[serde(default)]
    labels: BTreeMap<String, Small>,
    #[serde(default)]
    shorts: Vec<Vec<Short>>,
}

fn one() -> BTreeSet<i64> {
    BTreeSet::from([1])
}

#[derive(Deserialize, ToSchema)]
#[allow(dead_code)]
struct Tree {
    numbers: Numbers,
    texts: Vec<Texts>,
    lists: Option<Lists>,
    #[schema(no_recursion)]
    inner: Option<Box<Tree>>,
}

#[derive(Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum OrderBy {
    CreatedAt,
    UpdatedAt,
}

#[derive(Deserialize, IntoParams, Serialize)]
#[serde(deny_unknown_fields)]
struct Filter {
    #[param(exclusive_minimum = 0, maximum = 100)]
    #[serde(default = "hundred")]
    limit: i64,
    #[param(minimum = 0)]
    #[serde(default)]
    offset: i64,
    #[param(inline)]
    #[serde(default = "created_at")]
    order_by: OrderBy,
    #[param(inline, max_items = 2)]
    #[serde(default)]
    tags: Vec<Short>,
}

fn hundred() -> i64 {
    100
}

fn created_at() -> OrderBy {
    OrderBy::CreatedAt
}

#[derive(Deserialize, Serialize, ToSchema)]
struct Span {
    #[schema(minimum = 0)]
    start: i64,
    end: i64,
}

impl Rules for Span {
    fn check(&self, report: &mut Report<'_>) {
        if self.start > self.end {
            report.error("start is after end");
        }
        if self.start == self.end {
            let ctx = json!({ "start": self.start });
            report.problem("empty_span", "Nothing lies between", Some(ctx));
        }
    }
}

#[derive(Deserialize, Serialize, ToSchema)]
#[serde(try_from = "String")]
struct Name(String);

impl TryFrom<String> for Name {
    type Error = &'static str;

    fn try_from(name: String) -> Result<Self, Self::Error> {
        if name.contains(' ') { Err("must not have blanks") } else { Ok(Self(name)) }
    }
}

#[derive(Deserialize, Serialize, ToSchema)]
struct User {
    name: Name,
    nick: Option<Name>,
    #[serde(default)]
    ids: Vec<UpToFive>,
    #[serde(default)]
    aliases: Vec<Name>,
    #[schema(minimum = 1)]
    size: i64,
}

#[derive(Deserialize, IntoParams, Serialize)]
struct InPath {
    #[param(minimum = 1, maximum = 1000)]
    item_id: i64,
    #[param(exclusive_minimum = 0, exclusive_maximum = 10.5)]
    size: f64,
    #[param(max_length = 3)]
    name: String,
}

#[derive(Deserialize, IntoParams, Serialize)]
struct InQuery {
    #[param(minimum = 1)]
    item_id: i64,
    #[param(min_length = 3, max_length = 5, pattern = "^[0-9.]+$")]
    q: Option<String>,
    #[param(inline, min_items = 1, max_items = 2)]
    #[serde(default = "first")]
    ids: Vec<UpToFive>,
    #[param(multiple_of = 0.5)]
    #[serde(default = "half")]
    size: f64,
}

fn first() -> Vec<UpToFive> {
    vec![UpToFive(1)]
}

fn half() -> f64 {
    0.5
}

#[derive(Deserialize, IntoParams, Serialize)]
struct InHeaders {
    #[param(minimum = 1)]
    x_id: i64,
    #[param(min_length = 3, max_length = 5)]
    x_name: Option<String>,
}

#[derive(Deserialize, IntoParams, Serialize)]
struct InCookies {
    #[param(minimum = 1)]
    session_id: i64,
    #[param(min_length = 3, max_length = 5)]
    name: Option<String>,
}

pub fn router() -> Router {
    macro_rules! echo {
        ($source:ident<$type:ty>) => {
            async |Checked($source(it)): Checked<$source<$type>>| Json(it)
        };
    }
    let routes = Router::new()
        .route("/path/{item_id}/{size}/{name}", get(echo!(Path<InPath>)))
        .route("/query", get(echo!(Query<InQuery>)))
        .route("/header", get(echo!(Header<InHeaders>)))
        .route("/cookie", get(echo!(Cookie<InCookies>)))
        .route("/filter", get(echo!(Query<Filter>)))
        .route("/numbers", post(echo!(Json<Numbers>)))
        .route("/texts", post(echo!(Json<Texts>)))
        .route("/lists", post(echo!(Json<Lists>)))
        .route("/users", post(echo!(Json<Vec<User>>)))
        .route("/spans", post(echo!(Json<Vec<Ruled<Span>>>)))
        .route("/tree", post(async |Checked(Json(_)): Checked<Json<Tree>>| Json(())));
    Router::new().nest("/constraints", routes)
}

const NUMBERS: &str =
    r#"{"least":1,"between":4,"tens":"20","positive":"1e-9","ratio":1,"steps":-0.75}"#;

/// What both answer alike.
pub fn alike() -> Vec<(Sent, &'static str)> {
    let get = |target: &str| Sent::get(format!("/constraints{target}"));
    let numbers = |json: &'static str| Sent::post_json("/constraints/numbers", json);
    let texts = |json: &'static str| Sent::post_json("/constraints/texts", json);
    let lists = |json: &'static str| Sent::post_json("/constraints/lists", json);
    let spans = |json: &'static str| Sent::post_json("/constraints/spans", json);
    let users = |json: &'static str| Sent::post_json("/constraints/users", json);
    vec![
        (get("/path/1/0.5/abc"), r#"200 {"item_id":1,"size":0.5,"name":"abc"}"#),
        (
            get("/path/0/10.5/abcd"),
            "422 greater_than_equal path.item_id, less_than path.size, string_too_long path.name",
        ),
        (
            get("/path/1001/x/%C3%A9%C3%A9%C3%A9"),
            "422 less_than_equal path.item_id, float_parsing path.size",
        ),
        (get("/query?item_id=1"), r#"200 {"item_id":1,"q":null,"ids":[1],"size":0.5}"#),
        (
            get("/query?item_id=0&q=12&ids=6&ids=5&size=0.7"),
            "422 greater_than_equal query.item_id, string_too_short query.q, \
             less_than_equal query.ids.0, multiple_of query.size",
        ),
        (
            get("/query?q=123456&ids=6&ids=x&ids=1"),
            "422 missing query.item_id, string_too_long query.q, too_long query.ids",
        ),
        (get("/query?item_id=1&q=abc"), "422 string_pattern_mismatch query.q"),
        (
            get("/header").header("x-id", "0").header("x-name", "abcdef"),
            "422 greater_than_equal header.x-id, string_too_long header.x-name",
        ),
        (
            get("/cookie").header("cookie", "session_id=0; name=ab"),
            "422 greater_than_equal cookie.session_id, string_too_short cookie.name",
        ),
        (
            get("/filter?limit=150&offset=-1&order_by=invalid"),
            "422 less_than_equal query.limit, greater_than_equal query.offset, enum query.order_by",
        ),
        (
            get("/filter?tool=plumbus&limit=0&tags=abcd&tags=b"),
            "422 greater_than query.limit, string_too_long query.tags.0, \
             extra_forbidden query.tool",
        ),
        (
            numbers(NUMBERS),
            "200 {\"least\":1,\"between\":4,\"tens\":20,\"positive\":1e-9,\"ratio\":1.0,\
             \"steps\":-0.75,\"maybe\":null,\"money\":null}",
        ),
        (
            numbers(
                r#"{"at_least":"1","between":0,"tens":0,"positive":1,"ratio":1,"money":"1.750"}"#,
            ),
            "200 {\"least\":1,\"between\":0,\"tens\":0,\"positive\":1.0,\"ratio\":1.0,\
             \"steps\":0.25,\"maybe\":null,\"money\":\"1.750\"}",
        ),
        (
            numbers(
                r#"{"at_least":0,"between":0,"tens":0,"positive":1,"ratio":1,
                    "money":"100.2500000000000000000000001"}"#,
            ),
            "422 greater_than_equal body.at_least, multiple_of body.money",
        ),
        (
            numbers(
                r#"{"at_least":1,"between":"x","tens":0,"positive":1,"ratio":1,"money":100.5}"#,
            ),
            "422 int_parsing body.between, less_than_equal body.money",
        ),
        (
            numbers(r#"{"at_least":"x","between":0,"tens":0,"positive":1,"money":0}"#),
            "422 int_parsing body.at_least, missing body.ratio, greater_than_equal body.money",
        ),
        (
            numbers(
                r#"{"least":0,"between":"-5","tens":110,"positive":0,"ratio":1.51,"steps":0.3,
                    "maybe":10}"#,
            ),
            "422 greater_than_equal body.least, greater_than body.between, \
             less_than_equal body.tens, greater_than body.positive, \
             less_than_equal body.ratio, multiple_of body.steps, less_than_equal body.maybe",
        ),
        (
            numbers(
                r#"{"least":false,"between":5,"tens":101,"positive":"x","ratio":"0.49",
                    "steps":1e20,"maybe":"-1"}"#,
            ),
            "422 greater_than_equal body.least, less_than body.between, multiple_of body.tens, \
             float_parsing body.positive, greater_than_equal body.ratio, less_than body.steps, \
             greater_than_equal body.maybe",
        ),
        (
            texts(r#"{"short":"","name":"abc","secret":"x"}"#),
            r#"200 {"short":"","name":"abc","code":"00"}"#,
        ),
        (
            texts(r#"{"short":"ééé","name":"ABCDEF","code":"1 2 3"}"#),
            "422 string_too_long body.name, string_pattern_mismatch body.code",
        ),
        (
            texts(r#"{"short":"éééé","name":"ABC","code":"a12b"}"#),
            "422 string_too_long body.short, string_pattern_mismatch body.name",
        ),
        (
            lists(r#"{"items":[1],"names":["1","01",1],"labels":{"a":1.5},"shorts":[["a"],[]]}"#),
            r#"200 {"items":[1],"names":[1],"labels":{"a":1.5},"shorts":[["a"],[]]}"#,
        ),
        (
            lists(r#"{"items":[],"names":[],"labels":{"a":2,"b":"x"},"shorts":[["a",""],"b"]}"#),
            "422 too_short body.items, too_short body.names, less_than body.labels.a, \
             float_parsing body.labels.b, string_too_short body.shorts.0.1, list_type body.shorts.1",
        ),
        (
            lists(r#"{"items":[-1,"x"],"names":[1,2,"3",4,"x"]}"#),
            "422 greater_than_equal body.items.0, int_parsing body.items.1, too_long body.names",
        ),
        (lists(r#"{"items":[-1,"x",1]}"#), "422 too_long body.items"),
        (
            spans(
                r#"[{"start":2,"end":1},{"start":1,"end":"1"},{"start":-1,"end":-2},
                    {"end":"x","start":3},{"start":0,"end":1}]"#,
            ),
            "422 value_error body.0, empty_span body.1, greater_than_equal body.2.start, \
             int_parsing body.3.end",
        ),
        (
            users(
                r#"[{"name":"a b","nick":"c d","ids":[6],"aliases":["e","f g",1],"size":0},
                    {"nick":"h i","size":"x"},{"name":"j","aliases":[" "],"size":1}]"#,
            ),
            "422 value_error body.0.name, value_error body.0.nick, \
             less_than_equal body.0.ids.0, value_error body.0.aliases.1, \
             string_type body.0.aliases.2, greater_than_equal body.0.size, \
             missing body.1.name, value_error body.1.nick, int_parsing body.1.size, \
             value_error body.2.aliases.0",
        ),
    ]
}

/// Endlessly many requests whose values are near the bounds, the same ones for the same seed.
pub fn requests(seed: u64) -> impl Iterator<Item = Sent> {
    let mut random = Random(Rng::with_seed(seed));
    iter::repeat_with(move || random.request())
}

struct Random(Rng);

impl Random {
    fn request(&mut self) -> Sent {
        match self.0.u8(..11) {
            0 => {
                let segments =
                    [self.int(), self.float(), self.text()].map(|value| match text(value) {
                        // These would make it another path.
                        empty if matches!(empty.as_str(), "" | "." | "..") => "/0".to_owned(),
                        text => format!("/{}", percent_encoded(&text)),
                    });
                Sent::get(format!("/constraints/path{}", segments.concat()))
            }
            1 => {
                let pairs = [("item_id", self.int()), ("q", self.digits()), ("size", self.float())];
                self.get("query", &pairs, "ids")
            }
            2 => {
                let order = self.one_of(["created_at", "updated_at", "invalid"]).into();
                let pairs = [("limit", self.int()), ("offset", self.int()), ("order_by", order)];
                self.get("filter", &pairs, "tags")
            }
            3 => {
                let sent = Sent::get("/constraints/header");
                sent.header("x-id", text(self.int())).header("x-name", text(self.digits()))
            }
            4 => {
                let (id, name) = (text(self.int()), text(self.digits()));
                let cookies = format!("session_id={id}; name={name}");
                Sent::get("/constraints/cookie").header("cookie", cookies)
            }
            5 => self.post("numbers", Self::numbers),
            6 => self.post("texts", Self::texts),
            7 => self.post("lists", Self::lists),
            8 => self.post("users", |random| random.list(3, Self::user)),
            9 => self.post("spans", |random| random.list(4, Self::span)),
            _ => self.post("tree", |random| random.tree(3)),
        }
    }

    /// The values in any order, some left out, and those of a list.
    fn get(&mut self, path: &str, pairs: &[(&str, Value)], list: &str) -> Sent {
        let mut pairs: Vec<_> = pairs.iter().map(|(name, value)| (*name, value.clone())).collect();
        pairs.retain(|_| self.0.u8(..10) > 0);
        let length = self.0.usize(..4);
        pairs.extend(iter::repeat_with(|| (list, self.short())).take(length));
        if self.0.u8(..10) == 0 {
            pairs.push(("unknown", Value::Null));
        }
        self.0.shuffle(&mut pairs);
        let pair = |(name, value)| format!("{name}={}", percent_encoded(&text(value)));
        let pairs: Vec<_> = pairs.into_iter().map(pair).collect();
        Sent::get(format!("/constraints/{path}?{}", pairs.join("&")))
    }

    fn post(&mut self, path: &str, body: impl FnOnce(&mut Self) -> Value) -> Sent {
        let body = body(self).to_string();
        Sent::post_json(format!("/constraints/{path}"), body)
    }

    fn numbers(&mut self) -> Value {
        let fields = [
            (self.one_of(["least", "at_least"]), self.int()),
            ("between", self.int()),
            ("tens", self.int()),
            ("positive", self.float()),
            ("ratio", self.float()),
            ("steps", self.float()),
            ("maybe", self.int()),
            ("money", self.money()),
        ];
        self.object(fields)
    }

    fn texts(&mut self) -> Value {
        let fields = [("short", self.text()), ("name", self.text()), ("code", self.digits())];
        self.object(fields)
    }

    fn lists(&mut self) -> Value {
        let labels = iter::repeat_with(|| (self.label(), self.float())).take(2).collect();
        let fields = [
            ("items", self.list(4, Self::int)),
            ("names", self.list(5, Self::int)),
            ("labels", labels),
            ("shorts", self.list(3, |random| random.list(3, Self::text))),
        ];
        self.object(fields)
    }

    /// All of it is there: what is missing behind a refused name is not always known.
    fn user(&mut self) -> Value {
        json!({
            "name": self.text(),
            "nick": self.text(),
            "ids": self.list(2, Self::int),
            "aliases": self.list(2, Self::text),
            "size": self.int(),
        })
    }

    fn span(&mut self) -> Value {
        let fields = [("start", self.int()), ("end", self.int())];
        self.object(fields)
    }

    fn tree(&mut self, depth: u8) -> Value {
        let inner = if depth > 0 { self.tree(depth - 1) } else { Value::Null };
        let fields = [
            ("numbers", self.numbers()),
            ("texts", self.list(3, Self::texts)),
            ("lists", self.lists()),
            ("inner", inner),
        ];
        self.object(fields)
    }

    /// An object in any order, some fields left out.
    fn object<const N: usize>(&mut self, fields: [(&str, Value); N]) -> Value {
        let mut fields = fields.to_vec();
        fields.retain(|_| self.0.u8(..20) > 0);
        self.0.shuffle(&mut fields);
        fields.into_iter().collect()
    }

    fn list(&mut self, most: usize, item: impl Fn(&mut Self) -> Value) -> Value {
        let length = self.0.usize(..=most);
        iter::repeat_with(|| item(self)).take(length).collect()
    }

    fn int(&mut self) -> Value {
        match self.0.u8(..4) {
            0 => json!(self.0.i64(-6..=11)),
            1 => json!(self.0.i64(-6..=11).to_string()),
            2 => self.one_of([99, 100, 101, 110, 999, 1000, 1001, 20]).into(),
            _ => self.one_of([
                json!("x"),
                json!(true),
                json!(false),
                json!(5.0),
                json!(2.5),
                json!(" 1 "),
                json!("1_0"),
            ]),
        }
    }

    fn money(&mut self) -> Value {
        let eighths = f64::from(self.0.i16(-20..=900)) / 8.0 + 0.0;
        match self.0.u8(..3) {
            0 => json!(eighths),
            1 => json!(eighths.to_string()),
            _ => self.one_of([
                json!(0),
                json!(100),
                json!("x"),
                json!("0.10"),
                json!("0.0999999999999999999999999999"),
                json!("99.7500000000000000000000000"),
                json!("99.7500000000000000000000001"),
                json!("100.000000000000000000000001"),
            ]),
        }
    }

    fn float(&mut self) -> Value {
        match self.0.u8(..4) {
            0 => json!(f64::from(self.0.i16(-20..=20)) / 8.0 + 0.0),
            1 => json!(f64::from(self.0.i16(..)) / 1e4),
            2 => json!((self.0.f64() * 3.0).to_string()),
            _ => self.one_of([
                json!(0),
                json!(1e20),
                json!(99_999_999_999_999_991_611_392.0),
                json!(1e-300),
                json!(10.5),
                json!("x"),
                json!(0.250_000_000_2),
                json!(1.500_000_000_000_1),
                json!(123_456_789.25),
            ]),
        }
    }

    fn text(&mut self) -> Value {
        let length = self.0.usize(..7);
        iter::repeat_with(|| self.one_of(['a', 'z', '1', 'A', 'é', ' ', '\u{1f600}']))
            .take(length)
            .collect::<String>()
            .into()
    }

    /// In what a header can carry.
    fn digits(&mut self) -> Value {
        let length = self.0.usize(..7);
        let chars = iter::repeat_with(|| self.one_of(['0', '9', '.', 'a', '9']));
        chars.take(length).collect::<String>().into()
    }

    fn short(&mut self) -> Value {
        if self.0.bool() { self.digits() } else { self.int() }
    }

    fn label(&mut self) -> String {
        self.one_of(["a", "b", "é"]).to_owned()
    }

    fn one_of<T, const N: usize>(&mut self, choices: [T; N]) -> T {
        self.0.choice(choices).expect("choices")
    }
}
