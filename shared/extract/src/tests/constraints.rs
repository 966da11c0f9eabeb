use std::collections::{BTreeMap, BTreeSet};

use utoipa::{IntoParams, ToSchema};

use super::*;

#[derive(Deserialize, IntoParams, Serialize)]
struct Paging {
    #[param(minimum = 0)]
    #[serde(default)]
    offset: i64,
    #[param(minimum = 1, maximum = 100)]
    limit: Option<i64>,
    #[param(min_length = 2, pattern = "^[a-z_]+$")]
    #[serde(rename = "order-by")]
    order: Option<String>,
    #[param(min_items = 1, max_items = 2)]
    #[serde(default)]
    tag: Vec<String>,
}

#[derive(Deserialize, Serialize, ToSchema)]
struct Item {
    #[schema(min_length = 3, max_length = 5, pattern = "^[a-z]+$")]
    name: String,
    #[schema(exclusive_minimum = 0)]
    price: f64,
    #[schema(maximum = 10, multiple_of = 2)]
    count: u8,
    #[schema(min_items = 1, max_items = 2)]
    tags: Vec<Tag>,
}

#[derive(Deserialize, Serialize, ToSchema)]
#[schema(min_length = 2)]
struct Tag(String);

#[derive(Deserialize, Serialize, ToSchema)]
struct Tree {
    #[schema(minimum = 0)]
    #[serde(rename = "size")]
    bytes: Option<i64>,
    #[schema(no_recursion)]
    children: Vec<Tree>,
    #[schema(no_recursion)]
    parent: Option<Box<Tree>>,
}

/// Echoes what it was sent.
macro_rules! echo {
    ($($path:literal $source:ident<$type:ty>,)*) => {
        Router::new()$(.route(
            $path,
            post(async |Checked($source(it)): Checked<$source<$type>>| Json(it)),
        ))*
    };
}

fn app() -> Router {
    echo! {
        "/query" Query<Paging>, "/header" Header<Paging>, "/cookie" Cookie<Paging>,
        "/path/{id}" Path<Id>, "/only/{id}" Path<Only>, "/pair/{name}/{id}" Path<Pair>,
        "/item" Json<Item>, "/items" Json<Vec<Item>>, "/maybe" Json<Option<Item>>,
        "/tree" Json<Tree>, "/shape" Json<Shape>, "/box" Json<Crate>, "/flat" Json<Flat>,
        "/sets" Json<Sets>, "/large" Json<Large>,
    }
}

#[derive(Deserialize, IntoParams, Serialize)]
struct Id {
    #[param(minimum = 1)]
    id: i64,
}

#[derive(Deserialize, IntoParams, Serialize)]
#[into_params(names("id"))]
struct Only(#[param(minimum = 1)] i64);

#[derive(Deserialize, IntoParams, Serialize)]
#[into_params(names("name", "id"))]
struct Pair(#[param(max_length = 2)] String, #[param(minimum = 1)] i64);

#[derive(Deserialize, Serialize, ToSchema)]
enum Shape {
    Point,
    Circle(Round),
    Square {
        #[schema(minimum = 1)]
        side: i64,
    },
}

#[derive(Deserialize, Serialize, ToSchema)]
struct Round {
    #[schema(minimum = 2)]
    radius: f64,
}

/// What serde reads into a buffer first.
#[derive(Deserialize, Serialize, ToSchema)]
struct Crate {
    tagged: Option<Tagged>,
    either: Option<Either>,
    next: Option<Adjacent>,
}

#[derive(Deserialize, Serialize, ToSchema)]
#[serde(tag = "type")]
enum Tagged {
    Circle(Round),
    Square {
        #[schema(minimum = 1)]
        side: i64,
    },
    Ball {
        #[schema(minimum = 5)]
        radius: f64,
        weight: Option<f64>,
    },
}

#[derive(Deserialize, Serialize, ToSchema)]
#[serde(untagged)]
enum Either {
    Number {
        #[schema(maximum = 3)]
        v: i64,
    },
    Text {
        #[schema(max_length = 3)]
        v: String,
        #[schema(min_items = 1)]
        tags: Vec<Tag>,
    },
}

#[derive(Deserialize, Serialize, ToSchema)]
#[serde(tag = "type", content = "of")]
enum Adjacent {
    Circle(Round),
    Number(Small),
}

#[derive(Deserialize, Serialize, ToSchema)]
#[schema(maximum = 9)]
struct Small(i64);

#[derive(Deserialize, Serialize, ToSchema)]
struct Flat {
    #[schema(minimum = 1)]
    own: i64,
    #[serde(flatten)]
    round: Round,
    #[serde(flatten)]
    rest: BTreeMap<String, Small>,
}

#[derive(Deserialize, Serialize, ToSchema)]
struct Sets {
    #[schema(min_items = 2, max_items = 3)]
    numbers: BTreeSet<i64>,
    map: BTreeMap<Tag2, Small>,
}

#[derive(Deserialize, Serialize, ToSchema, PartialEq, Eq, PartialOrd, Ord)]
#[schema(min_length = 2)]
struct Tag2(String);

#[derive(Deserialize, Serialize, ToSchema)]
struct Large {
    small: Option<Small>,
    #[schema(maximum = 9_007_199_254_740_992i64)]
    exact: i64,
}

/// A number or a string that breaks a constraint, in Pydantic's words.
fn breaks(key: &str, bound: Value, loc: Value, input: Value) -> Value {
    let shown = bound.to_string();
    let shown = shown.trim_end_matches(".0").trim_matches('"');
    let characters = if shown == "1" { "character" } else { "characters" };
    let (kind, msg) = match key {
        "ge" => ("greater_than_equal", format!("Input should be greater than or equal to {shown}")),
        "gt" => ("greater_than", format!("Input should be greater than {shown}")),
        "le" => ("less_than_equal", format!("Input should be less than or equal to {shown}")),
        "lt" => ("less_than", format!("Input should be less than {shown}")),
        "multiple_of" => ("multiple_of", format!("Input should be a multiple of {shown}")),
        "min_length" => {
            ("string_too_short", format!("String should have at least {shown} {characters}"))
        }
        "max_length" => {
            ("string_too_long", format!("String should have at most {shown} {characters}"))
        }
        "pattern" => ("string_pattern_mismatch", format!("String should match pattern '{shown}'")),
        other => panic!("no words for {other}"),
    };
    problem_with(kind, loc, &msg, input, json!({ key: bound }))
}

/// A list, a set or a map of a wrong length.
fn counts(what: &str, key: &str, bound: u64, actual: Value, loc: Value, input: Value) -> Value {
    let (kind, at) = match key {
        "min_length" => ("too_short", "at least"),
        _ => ("too_long", "at most"),
    };
    let items = if bound == 1 { "item" } else { "items" };
    let shown = if actual.is_null() { "more".to_owned() } else { actual.to_string() };
    let msg = format!("{what} should have {at} {bound} {items} after validation, not {shown}");
    let ctx = json!({ "field_type": what, key: bound, "actual_length": actual });
    problem_with(kind, loc, &msg, input, ctx)
}

async fn post_to(path: &str, body: Value) -> String {
    ask(&app(), &format!("POST {path}"), JSON, body.to_string().as_bytes()).await
}

#[tokio::test]
async fn broken_constraints_are_reported_beside_wrong_types() {
    let item = json!({ "name": "ab", "price": 0, "count": "12", "tags": [] });
    let problems = [
        breaks("min_length", json!(3), json!(["body", "name"]), json!("ab")),
        breaks("gt", json!(0.0), json!(["body", "price"]), json!(0)),
        breaks("le", json!(10), json!(["body", "count"]), json!("12")),
        counts("List", "min_length", 1, json!(0), json!(["body", "tags"]), json!([])),
    ];
    assert_eq!(post_to("/item", item).await, invalid(problems));

    let item = json!({ "name": "abcdef", "price": "x", "count": 3, "tags": ["a", "bb"] });
    let problems = [
        breaks("max_length", json!(5), json!(["body", "name"]), json!("abcdef")),
        problem("float_parsing", json!(["body", "price"]), json!("x")),
        breaks("multiple_of", json!(2), json!(["body", "count"]), json!(3)),
        breaks("min_length", json!(2), json!(["body", "tags", 0]), json!("a")),
    ];
    assert_eq!(post_to("/item", item).await, invalid(problems));
}

#[tokio::test]
async fn a_declared_bound_wins_over_that_of_the_type() {
    let item = json!({ "name": "ABC", "price": "1", "count": 300, "tags": ["a", "b", "c"] });
    let problems = [
        breaks("pattern", json!("^[a-z]+$"), json!(["body", "name"]), json!("ABC")),
        breaks("le", json!(10), json!(["body", "count"]), json!(300)),
        // Items of a list that is too long are not looked at.
        counts("List", "max_length", 2, json!(3), json!(["body", "tags"]), json!(["a", "b", "c"])),
    ];
    assert_eq!(post_to("/item", item).await, invalid(problems));
    let item = json!({ "name": "abc", "price": "0.5", "count": "4", "tags": ["aa"] });
    let read = r#"200 {"name":"abc","price":0.5,"count":4,"tags":["aa"]}"#;
    assert_eq!(post_to("/item", item).await, read);
}

#[tokio::test]
async fn constraints_hold_in_lists_options_and_types_inside_themselves() {
    let item = json!({ "name": "ab", "price": 1, "count": 2, "tags": ["aa"] });
    let too_short = |loc| breaks("min_length", json!(3), loc, json!("ab"));
    let answer = post_to("/items", json!([item])).await;
    assert_eq!(answer, invalid([too_short(json!(["body", 0, "name"]))]));
    let answer = post_to("/maybe", item).await;
    assert_eq!(answer, invalid([too_short(json!(["body", "name"]))]));
    assert_eq!(post_to("/maybe", json!(null)).await, "200 null");
    let problems = [
        problem("missing", json!(["body", "name"]), json!({ "price": 0 })),
        breaks("gt", json!(0.0), json!(["body", "price"]), json!(0)),
        problem("missing", json!(["body", "count"]), json!({ "price": 0 })),
        problem("missing", json!(["body", "tags"]), json!({ "price": 0 })),
    ];
    assert_eq!(post_to("/maybe", json!({ "price": 0 })).await, invalid(problems));

    let leaf = |size: i64| json!({ "size": size, "children": [] });
    let tree = json!({
        "size": -1,
        "children": [leaf(-2), { "size": null, "children": [leaf(-3)] }],
        "parent": leaf(-4),
    });
    let negative = |loc, size: i64| breaks("ge", json!(0), loc, json!(size));
    let problems = [
        negative(json!(["body", "size"]), -1),
        negative(json!(["body", "children", 0, "size"]), -2),
        negative(json!(["body", "children", 1, "children", 0, "size"]), -3),
        negative(json!(["body", "parent", "size"]), -4),
    ];
    assert_eq!(post_to("/tree", tree).await, invalid(problems));
}

#[tokio::test]
async fn a_value_in_an_option_may_be_coerced() {
    let body = json!({ "small": "10", "exact": 1 });
    let fault = breaks("le", json!(9), json!(["body", "small"]), json!("10"));
    assert_eq!(post_to("/large", body).await, invalid([fault]));
    let app = echo! { "/" Query<Maybe>, };
    let faults = [
        breaks("le", json!(9), json!(["query", "small"]), json!("10")),
        breaks("le", json!(9), json!(["query", "more", 1]), json!("11")),
    ];
    let answer = ask(&app, "POST /?small=10&more=9&more=11", &[], b"").await;
    assert_eq!(answer, invalid(faults));
}

#[derive(Deserialize, IntoParams, Serialize)]
struct Maybe {
    #[param(inline)]
    small: Option<Small>,
    #[param(inline)]
    more: Option<Vec<Small>>,
}

#[tokio::test]
async fn constraints_hold_in_variants_that_hold_data() {
    assert_eq!(post_to("/shape", json!("Point")).await, r#"200 "Point""#);
    let radius = breaks("ge", json!(2.0), json!(["body", "Circle", "radius"]), json!(1));
    let answer = post_to("/shape", json!({ "Circle": { "radius": 1 } })).await;
    assert_eq!(answer, invalid([radius]));
    let side = breaks("ge", json!(1), json!(["body", "Square", "side"]), json!("0"));
    let answer = post_to("/shape", json!({ "Square": { "side": "0" } })).await;
    assert_eq!(answer, invalid([side]));
}

#[tokio::test]
async fn constraints_hold_inside_serdes_buffer() {
    let body = json!({
        "tagged": { "type": "Circle", "radius": 1 },
        "either": { "v": 4 },
        "next": { "type": "Circle", "of": { "radius": 1 } },
    });
    let problems = [
        breaks("ge", json!(2.0), json!(["body", "tagged", "radius"]), json!(1)),
        breaks("le", json!(3), json!(["body", "either", "v"]), json!(4)),
        breaks("ge", json!(2.0), json!(["body", "next", "of", "radius"]), json!(1)),
    ];
    assert_eq!(post_to("/box", body).await, invalid(problems));

    let body = json!({
        "tagged": { "side": 0, "type": "Square" },
        "either": { "v": "four", "tags": [] },
        "next": { "of": 10, "type": "Number" },
    });
    let problems = [
        breaks("ge", json!(1), json!(["body", "tagged", "side"]), json!(0)),
        breaks("max_length", json!(3), json!(["body", "either", "v"]), json!("four")),
        counts("List", "min_length", 1, json!(0), json!(["body", "either", "tags"]), json!([])),
        breaks("le", json!(9), json!(["body", "next", "of"]), json!(10)),
    ];
    assert_eq!(post_to("/box", body).await, invalid(problems));

    // A tag says which variant it is, even if that does not fit.
    let body = json!({ "tagged": { "type": "Ball", "radius": 2, "weight": "x" } });
    let fault = breaks("ge", json!(5.0), json!(["body", "tagged", "radius"]), json!(2));
    assert_eq!(post_to("/box", body).await, invalid([fault]));

    // What is of another variant is not judged by this one.
    let body = json!({ "either": { "v": "abc", "tags": ["bb"] }, "next": null });
    let read = r#"200 {"tagged":null,"either":{"v":"abc","tags":["bb"]},"next":null}"#;
    assert_eq!(post_to("/box", body).await, read);

    let body = json!({ "own": "0", "radius": 1, "a": 10, "b": 1 });
    let problems = [
        breaks("ge", json!(1), json!(["body", "own"]), json!("0")),
        breaks("ge", json!(2.0), json!(["body", "radius"]), json!(1)),
        breaks("le", json!(9), json!(["body", "a"]), json!(10)),
    ];
    assert_eq!(post_to("/flat", body).await, invalid(problems));
}

#[tokio::test]
async fn of_a_set_the_different_members_count_once_they_are_coerced() {
    let numbers = json!(["body", "numbers"]);
    let sets = |numbers: Value| json!({ "numbers": numbers, "map": {} });
    let few = counts("Set", "min_length", 2, json!(1), numbers.clone(), json!(["1", "01", 1.0]));
    assert_eq!(post_to("/sets", sets(json!(["1", "01", 1.0]))).await, invalid([few]));
    let many = json!([1, 2, 3, 4, "x"]);
    let fault = counts("Set", "max_length", 3, json!(null), numbers, many.clone());
    assert_eq!(post_to("/sets", sets(many)).await, invalid([fault]));
    let fault = problem("int_parsing", json!(["body", "numbers", 3]), json!("x"));
    assert_eq!(post_to("/sets", sets(json!([1, 2, 3, "x", 3]))).await, invalid([fault]));
}

#[tokio::test]
async fn constraints_hold_for_keys_and_values_of_maps() {
    let body = json!({ "numbers": [1, 2], "map": { "a": 1, "bb": 10, "cc": 9 } });
    let problems = [
        breaks("min_length", json!(2), json!(["body", "map", "a"]), json!("a")),
        breaks("le", json!(9), json!(["body", "map", "bb"]), json!(10)),
    ];
    assert_eq!(post_to("/sets", body).await, invalid(problems));
}

#[tokio::test]
async fn integers_beyond_the_precision_of_floats_are_told_apart() {
    let exact = |int: i64| json!({ "exact": int });
    let answer = post_to("/large", exact(9_007_199_254_740_992)).await;
    assert_eq!(answer, r#"200 {"small":null,"exact":9007199254740992}"#);
    let (max, sent) = (json!(9_007_199_254_740_992_i64), json!(9_007_199_254_740_993_i64));
    let fault = breaks("le", max, json!(["body", "exact"]), sent);
    assert_eq!(post_to("/large", exact(9_007_199_254_740_993)).await, invalid([fault]));
}

#[tokio::test]
async fn parameters_are_judged_once_they_are_coerced() {
    let problems = |source: &str| {
        [
            breaks("ge", json!(0), json!([source, "offset"]), json!("-1")),
            breaks("le", json!(100), json!([source, "limit"]), json!("150")),
            breaks("pattern", json!("^[a-z_]+$"), json!([source, "order-by"]), json!("AB")),
        ]
    };
    let answer = post_to("/query?limit=150&offset=-1&order-by=AB", json!(null)).await;
    assert_eq!(answer, invalid(problems("query")));
    let headers = [("limit", "150"), ("offset", "-1"), ("order-by", "AB")];
    assert_eq!(ask(&app(), "POST /header", &headers, b"").await, invalid(problems("header")));
    let cookies = [("cookie", "limit=150; offset=-1; order-by=AB")];
    assert_eq!(ask(&app(), "POST /cookie", &cookies, b"").await, invalid(problems("cookie")));

    let tags = json!(["a", "b", "c"]);
    let long = counts("List", "max_length", 2, json!(3), json!(["query", "tag"]), tags);
    assert_eq!(post_to("/query?tag=a&tag=b&tag=c", json!(null)).await, invalid([long]));
    let read = r#"200 {"offset":0,"limit":100,"order-by":"a_b","tag":["a","b"]}"#;
    assert_eq!(post_to("/query?limit=100&order-by=a_b&tag=a&tag=b", json!(null)).await, read);
}

#[tokio::test]
async fn parameters_of_a_path_have_constraints_in_structs_and_tuples() {
    let id = breaks("ge", json!(1), json!(["path", "id"]), json!("0"));
    assert_eq!(post_to("/path/0", json!(null)).await, invalid([id.clone()]));
    assert_eq!(post_to("/only/0", json!(null)).await, invalid([id.clone()]));
    assert_eq!(post_to("/only/1", json!(null)).await, "200 1");
    let name = breaks("max_length", json!(2), json!(["path", "name"]), json!("abc"));
    assert_eq!(post_to("/pair/abc/0", json!(null)).await, invalid([name, id]));
    assert_eq!(post_to("/pair/ab/1", json!(null)).await, r#"200 ["ab",1]"#);
}

#[tokio::test]
async fn all_gathers_broken_constraints_of_several_sources() {
    type Several = (Checked<Query<Paging>>, Checked<Json<Tag>>);
    async fn several(All((Checked(Query(_)), Checked(Json(_)))): All<Several>) {}
    let app = Router::new().route("/", post(several));
    let problems = [
        breaks("ge", json!(0), json!(["query", "offset"]), json!("-1")),
        breaks("min_length", json!(2), json!(["body"]), json!("a")),
    ];
    assert_eq!(ask(&app, "POST /?offset=-1", JSON, br#""a""#).await, invalid(problems));
}

#[tokio::test]
async fn a_constraint_is_for_its_own_extractor_and_no_other() {
    type Two = (Checked<Query<Paging>>, Query<Paging>, Json<Tag>);
    async fn two(All((Checked(Query(_)), Query(_), Json(_))): All<Two>) {}
    let app = Router::new().route("/", post(two));
    let offset = breaks("ge", json!(0), json!(["query", "offset"]), json!("-1"));
    assert_eq!(ask(&app, "POST /?offset=-1", JSON, br#""a""#).await, invalid([offset]));
    assert_eq!(ask(&app, "POST /", JSON, br#""a""#).await, "200 ");
}

#[tokio::test]
async fn unknown_fields_are_refused_after_broken_constraints() {
    #[derive(Deserialize, IntoParams, Serialize)]
    #[serde(deny_unknown_fields)]
    struct Filter {
        #[param(exclusive_minimum = 0, maximum = 100)]
        #[serde(default)]
        limit: i64,
    }
    let app = echo! { "/" Query<Filter>, };
    let problems = [
        breaks("gt", json!(0), json!(["query", "limit"]), json!("0")),
        problem("extra_forbidden", json!(["query", "tool"]), json!("plumbus")),
    ];
    assert_eq!(ask(&app, "POST /?tool=plumbus&limit=0", &[], b"").await, invalid(problems));
}

#[tokio::test]
async fn a_secret_has_constraints_and_stays_hidden() {
    #[derive(Deserialize, ToSchema)]
    struct Login {
        #[schema(value_type = String, min_length = 8, pattern = "[0-9]")]
        password: Secret,
        #[schema(value_type = i64, minimum = 1000)]
        pin: Secret<i64>,
    }
    async fn login(Checked(Json(login)): Checked<Json<Login>>) {
        assert!(login.password.expose().len() >= 8 && *login.pin.expose() >= 1000);
    }
    let app = Router::new().route("/", post(login));
    let problems = [
        breaks("min_length", json!(8), json!(["body", "password"]), json!("**********")),
        breaks("ge", json!(1000), json!(["body", "pin"]), json!("**********")),
    ];
    let body = br#"{"password":"hunter2","pin":123}"#;
    assert_eq!(ask(&app, "POST /", JSON, body).await, invalid(problems));
    let body = br#"{"password":"hunter-2","pin":1234}"#;
    assert_eq!(ask(&app, "POST /", JSON, body).await, "200 ");
}

#[test]
fn the_document_shows_the_same_constraints() {
    #[derive(ToSchema)]
    #[allow(dead_code)]
    struct Login {
        password: Secret,
        #[schema(inline)]
        items: Vec<Ruled<Small>>,
    }
    let schema = serde_json::to_value(<Item as utoipa::PartialSchema>::schema()).unwrap();
    let fields = &schema["properties"];
    assert_eq!(
        fields["name"],
        json!({ "type": "string", "maxLength": 5, "minLength": 3, "pattern": "^[a-z]+$" })
    );
    assert_eq!(
        fields["price"],
        json!({ "type": "number", "format": "double", "exclusiveMinimum": 0 })
    );
    let params = serde_json::to_value(Paging::into_params(|| None)).unwrap();
    assert_eq!(
        params[1]["schema"],
        json!({ "type": ["integer", "null"], "format": "int64", "maximum": 100, "minimum": 1 })
    );
    let schema = serde_json::to_value(<Login as utoipa::PartialSchema>::schema()).unwrap();
    assert_eq!(schema["properties"]["password"]["$ref"], "#/components/schemas/Secret");
    assert_eq!(
        schema["properties"]["items"]["items"],
        json!({ "type": "integer", "format": "int64", "maximum": 9 })
    );
    assert_eq!(
        serde_json::to_value(<Secret as utoipa::PartialSchema>::schema()).unwrap(),
        json!({ "type": "string", "format": "password", "writeOnly": true })
    );
}

#[derive(Deserialize, IntoParams, Serialize, ToSchema)]
struct Aliased {
    #[schema(minimum = 1)]
    #[param(minimum = 1)]
    #[serde(alias = "count", alias = "a_number")]
    number: i64,
    #[schema(max_length = 2)]
    #[param(max_length = 2)]
    #[serde(rename = "called", alias = "a_name")]
    name: Option<String>,
    price: f64,
}

#[tokio::test]
async fn a_value_under_an_alias_has_the_constraints_of_its_field() {
    let app = echo! { "/" Json<Aliased>, "/list" Json<Vec<Aliased>>, "/query" Query<Aliased>, };
    let post = async |path, body: Value| {
        ask(&app, &format!("POST {path}"), JSON, body.to_string().as_bytes()).await
    };
    // Once before anything is known of the type, and once after.
    for _ in 0..2 {
        for number in ["count", "number", "a_number"] {
            let problems = [
                breaks("ge", json!(1), json!(["body", number]), json!("0")),
                breaks("max_length", json!(2), json!(["body", "a_name"]), json!("abc")),
            ];
            let body = json!({ number: "0", "a_name": "abc", "price": 1 });
            assert_eq!(post("/", body).await, invalid(problems));
        }
        let body = json!({ "count": 1, "a_name": "ab", "price": 1 });
        assert_eq!(post("/", body).await, r#"200 {"number":1,"called":"ab","price":1.0}"#);
        let body = json!([{ "a_number": -1, "price": 1 }, { "count": 0, "price": 1 }]);
        let problems = [
            breaks("ge", json!(1), json!(["body", 0, "a_number"]), json!(-1)),
            breaks("ge", json!(1), json!(["body", 1, "count"]), json!(0)),
        ];
        assert_eq!(post("/list", body).await, invalid(problems));
        let problems = [
            breaks("max_length", json!(2), json!(["query", "a_name"]), json!("abc")),
            problem("missing", json!(["query", "number"]), json!(null)),
            problem("float_parsing", json!(["query", "price"]), json!("x")),
        ];
        let answer = ask(&app, "POST /query?price=x&a_name=abc", &[], b"").await;
        // In the order of serde's names, among which those of one field are sorted.
        let [name, number, price] = problems;
        assert_eq!(answer, invalid([number, name, price]));
    }
}

#[tokio::test]
async fn constraints_hold_under_an_alias_in_unions_and_flattened_structs() {
    #[derive(Serialize, ToSchema)]
    #[serde(untagged)]
    enum Pet {
        Cat(Cat),
        Name(String),
    }
    union!(Pet { Cat, Name = "str" });
    #[derive(Deserialize, Serialize, ToSchema)]
    struct Cat {
        #[schema(maximum = 9)]
        #[serde(alias = "n")]
        lives: i64,
    }
    #[derive(Deserialize, Serialize, ToSchema)]
    struct Owner {
        pet: Pet,
        #[serde(flatten, deserialize_with = "flat")]
        cat: Cat,
    }
    let app = echo! { "/" Json<Owner>, };
    for _ in 0..2 {
        let lives = |loc| breaks("le", json!(9), loc, json!(10));
        let problems = [
            lives(json!(["body", "n"])),
            lives(json!(["body", "pet", "Cat", "n"])),
            problem("string_type", json!(["body", "pet", "str"]), json!({ "n": 10 })),
        ];
        let body = br#"{"pet":{"n":10},"n":10}"#;
        assert_eq!(ask(&app, "POST /", JSON, body).await, invalid(problems));
        let read = r#"200 {"pet":{"lives":9},"lives":8}"#;
        assert_eq!(ask(&app, "POST /", JSON, br#"{"pet":{"n":9},"n":8}"#).await, read);
    }
}

#[tokio::test]
async fn a_type_that_takes_a_field_twice_gets_it_once() {
    /// It keeps all that it is sent.
    #[derive(Serialize)]
    struct Sent(Vec<i64>);

    impl<'de> Deserialize<'de> for Sent {
        fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            deserializer.deserialize_struct("Sent", &["a", "b"], SentVisitor)
        }
    }

    struct SentVisitor;

    impl<'de> serde::de::Visitor<'de> for SentVisitor {
        type Value = Sent;

        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("numbers")
        }

        fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<Sent, A::Error> {
            let mut sent = Vec::new();
            while let Some((_, number)) = map.next_entry::<String, i64>()? {
                sent.push(number);
            }
            Ok(Sent(sent))
        }
    }

    impl utoipa::PartialSchema for Sent {
        fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
            <Aliased as utoipa::PartialSchema>::schema()
        }
    }

    impl ToSchema for Sent {}

    let app = echo! { "/" Json<Sent>, };
    for _ in 0..2 {
        assert_eq!(ask(&app, "POST /", JSON, br#"{"a":1,"b":2}"#).await, "200 [1,2]");
    }
}

#[tokio::test]
async fn a_field_is_constrained_under_the_name_that_the_document_shows() {
    #[derive(Deserialize, Serialize, ToSchema)]
    struct Renamed {
        #[schema(rename = "in", minimum = 1)]
        #[serde(rename(deserialize = "in"))]
        out: i64,
        #[schema(minimum = 1)]
        #[serde(skip_serializing)]
        #[allow(dead_code)]
        not_shown: i64,
    }
    let app = echo! { "/" Json<Renamed>, };
    for _ in 0..2 {
        let fault = breaks("ge", json!(1), json!(["body", "in"]), json!(0));
        let body = br#"{"in":0,"not_shown":0}"#;
        assert_eq!(ask(&app, "POST /", JSON, body).await, invalid([fault]));
        let body = br#"{"in":1,"not_shown":0}"#;
        assert_eq!(ask(&app, "POST /", JSON, body).await, r#"200 {"out":1}"#);
    }
}

#[tokio::test]
async fn integers_that_are_not_zero_have_constraints() {
    #[derive(Deserialize, Serialize, ToSchema)]
    struct Page {
        #[schema(value_type = u64, maximum = 50)]
        size: std::num::NonZeroU64,
    }
    let app = echo! { "/" Json<Page>, };
    let fault = breaks("le", json!(50), json!(["body", "size"]), json!("51"));
    assert_eq!(ask(&app, "POST /", JSON, br#"{"size":"51"}"#).await, invalid([fault]));
    assert_eq!(ask(&app, "POST /", JSON, br#"{"size":50}"#).await, r#"200 {"size":50}"#);
}

#[cfg(feature = "rust_decimal")]
#[tokio::test]
async fn decimals_are_compared_by_their_digits() {
    use rust_decimal::Decimal;

    #[derive(Deserialize, Serialize, ToSchema)]
    struct Price {
        #[schema(value_type = f64, exclusive_minimum = 0.1, maximum = 1e300)]
        net: Decimal,
        #[schema(value_type = f64, minimum = 0, maximum = 9_007_199_254_740_993i64)]
        gross: Decimal,
        #[schema(value_type = f64, multiple_of = 0.01)]
        tax: Decimal,
    }
    let app = echo! { "/" Json<Price>, };
    let price = async |net: &str, gross: &str, tax: Value| {
        let body = json!({ "net": net, "gross": gross, "tax": tax }).to_string();
        ask(&app, "POST /", JSON, body.as_bytes()).await
    };
    let answer = price("0.1000000000000000000000000001", "9007199254740993.0", json!(0.07)).await;
    let read =
        r#"200 {"net":"0.1000000000000000000000000001","gross":"9007199254740993.0","tax":"0.07"}"#;
    assert_eq!(answer, read);
    let max = json!(9_007_199_254_740_993_i64);
    let problems = [
        breaks("gt", json!(0.1), json!(["body", "net"]), json!("0.10")),
        breaks("le", max, json!(["body", "gross"]), json!("9007199254740993.1")),
        breaks("multiple_of", json!(0.01), json!(["body", "tax"]), json!("0.0700000001")),
    ];
    let answer = price("0.10", "9007199254740993.1", json!("0.0700000001")).await;
    assert_eq!(answer, invalid(problems));
    let problems = [
        breaks("gt", json!(0.1), json!(["body", "net"]), json!("0")),
        breaks("ge", json!(0), json!(["body", "gross"]), json!("-0.5")),
        problem_with(
            "decimal_parsing",
            json!(["body", "tax"]),
            "Input should be a valid decimal",
            json!("x"),
            json!(null),
        ),
    ];
    let [net, gross, mut tax] = problems;
    tax.as_object_mut().unwrap().shift_remove("ctx");
    assert_eq!(price("0", "-0.5", json!("x")).await, invalid([net, gross, tax]));
}

/// Types with the names of others.
mod other {
    use super::*;

    #[derive(Deserialize, Serialize, ToSchema)]
    #[schema(max_length = 3)]
    pub struct Tag(String);
}

#[derive(Deserialize, Serialize, ToSchema)]
struct Collision {
    tag: Tag,
    other: other::Tag,
}

#[derive(Deserialize, Serialize, ToSchema)]
struct NoPattern {
    #[schema(pattern = "[a-z")]
    name: String,
}

#[derive(Deserialize, IntoParams, Serialize)]
struct NotInline {
    tag: Tag,
}

#[derive(Deserialize, Serialize, ToSchema)]
struct Hidden {
    #[serde(flatten)]
    either: Either,
}

#[tokio::test]
async fn a_schema_that_cannot_be_enforced_is_refused() {
    fn error<E: HasSchema>() -> String {
        Checked::<E>::check_schema().unwrap_err().to_string()
    }
    assert_eq!(Checked::<Json<Tree>>::check_schema(), Ok(()));
    let text = error::<Json<Collision>>();
    assert!(text.ends_with("give one another name with #[schema(as = …)]"), "{text}");
    assert!(text.starts_with("the schema of fastapi_extract::json::Json<"), "{text}");
    assert!(text.contains("two types are called `Tag`"), "{text}");
    let text = error::<Json<NoPattern>>();
    assert!(text.contains("NoPattern>: name: the pattern is none: "), "{text}");
    let text = error::<Query<NotInline>>();
    assert!(text.contains("`Tag`") && text.contains("#[param(inline)]"), "{text}");
    let text = error::<Json<Hidden>>();
    assert!(text.contains("a flattened enum have a field `v`"), "{text}");

    let app = echo! { "/" Json<NoPattern>, "/query" Query<NotInline>, };
    let answer = "500 Internal Server Error";
    assert_eq!(ask(&app, "POST /", JSON, br#"{"name":"a"}"#).await, answer);
    assert_eq!(ask(&app, "POST /query?tag=a", &[], b"").await, answer);
}
