//! Unions, inherited models and fields that must be there but may be null: the routes of
//! `tests/fastapi/extract_unions.py` with our extractors, and what is sent to them.

use std::collections::BTreeMap;
use std::iter;

use axum::Router;
use axum::routing::{get, post};
use fastapi_extract::{Cookie, Header, Json, Path, Query, flat};
use lesson_tests::{expect, fastapi, rust};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::Sent;
use super::random::{Field, Kind, Random};

#[derive(Deserialize, Serialize)]
struct Circle {
    radius: f64,
    #[serde(default = "circle")]
    name: String,
}

fn circle() -> String {
    "circle".to_owned()
}

#[derive(Deserialize, Serialize)]
struct Square {
    side: i64,
    #[serde(default = "square")]
    name: String,
}

fn square() -> String {
    "square".to_owned()
}

#[derive(Serialize)]
#[serde(untagged)]
enum Shape {
    Circle(Circle),
    Square(Square),
    Sides(i64),
}

fastapi_extract::union!(Shape { Circle, Square, Sides = "int" });

#[derive(Deserialize, Serialize)]
struct Cat {
    name: String,
    #[serde(default = "nine")]
    lives: i64,
}

fn nine() -> i64 {
    9
}

#[derive(Deserialize, Serialize)]
struct Dog {
    name: String,
    barks: bool,
}

#[derive(Serialize)]
#[serde(tag = "pet_type", rename_all = "lowercase")]
enum Pet {
    Cat(Cat),
    Dog(Dog),
}

fastapi_extract::union!(Pet, tag = "pet_type" { Cat = "cat", Dog = "dog" });

#[derive(Serialize)]
#[serde(untagged)]
enum Scalar {
    Bool(bool),
    Int(i64),
    Float(f64),
    Str(String),
}

fastapi_extract::union!(Scalar { Bool = "bool", Int = "int", Float = "float", Str = "str" });

#[derive(Serialize)]
#[serde(untagged)]
enum IntOrBool {
    Int(i64),
    Bool(bool),
}

fastapi_extract::union!(IntOrBool { Int = "int", Bool = "bool" });

#[derive(Serialize)]
#[serde(untagged)]
enum Collection {
    Ints(Vec<i64>),
    IntsByName(BTreeMap<String, i64>),
    Texts(Vec<String>),
    AnythingByName(Map<String, Value>),
}

fastapi_extract::union!(Collection {
    Ints = "list[int]",
    IntsByName = "dict[str,int]",
    Texts = "list[str]",
    AnythingByName = "dict[str,any]",
});

#[derive(Deserialize, Serialize)]
struct Narrow {
    item: Vec<i64>,
    #[serde(default)]
    count: i64,
}

#[derive(Deserialize, Serialize)]
struct Wide {
    item: Vec<Scalar>,
    #[serde(default)]
    size: f64,
}

#[derive(Deserialize, Serialize)]
struct Loose {
    item: Value,
    count: Option<String>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Crate {
    Narrow(Narrow),
    Wide(Wide),
    Loose(Loose),
}

fastapi_extract::union!(Crate { Narrow, Wide, Loose });

#[derive(Deserialize, Serialize)]
struct Household {
    pets: Vec<Pet>,
    shapes: BTreeMap<String, Shape>,
    scalar: Scalar,
    favourite: Option<Pet>,
    boxes: Vec<Crate>,
    #[serde(deserialize_with = "Option::deserialize")]
    pair: Option<(Shape, Pet)>,
    #[serde(deserialize_with = "Option::deserialize")]
    note: Option<String>,
}

#[derive(Deserialize, Serialize)]
struct Base {
    full_name: String,
    #[serde(default)]
    ages: Vec<i64>,
}

#[derive(Deserialize, Serialize)]
struct Person {
    #[serde(flatten, deserialize_with = "flat")]
    base: Base,
    email: String,
    #[serde(default)]
    is_admin: bool,
    #[serde(deserialize_with = "Option::deserialize")]
    note: Option<String>,
}

#[derive(Deserialize, Serialize)]
struct Employee {
    #[serde(flatten, deserialize_with = "flat")]
    person: Person,
    salary: IntOrBool,
    boss: Option<Base>,
}

#[derive(Deserialize, Serialize)]
struct Paging {
    limit_to: i64,
    #[serde(default)]
    sort_by: Vec<i64>,
}

#[derive(Deserialize, Serialize)]
struct Search {
    #[serde(flatten, deserialize_with = "flat")]
    paging: Paging,
    q: String,
    #[serde(default)]
    is_exact: bool,
    #[serde(default = "zero")]
    scalar: IntOrBool,
}

fn zero() -> IntOrBool {
    IntOrBool::Int(0)
}

#[derive(Deserialize, Serialize)]
struct Extras {
    #[serde(flatten, deserialize_with = "flat")]
    base: Base,
    q: String,
    #[serde(flatten)]
    more: Map<String, Value>,
}

pub fn router() -> Router {
    let routes = Router::new()
        .route("/shape", post(async |Json(it): Json<Shape>| Json(it)))
        .route("/pet", post(async |Json(it): Json<Pet>| Json(it)))
        .route("/scalars", post(async |Json(it): Json<Vec<Scalar>>| Json(it)))
        .route("/collection", post(async |Json(it): Json<Collection>| Json(it)))
        .route("/boxes", post(async |Json(it): Json<Vec<Crate>>| Json(it)))
        .route("/household", post(async |Json(it): Json<Household>| Json(it)))
        .route("/path/{value}", get(async |Path(it): Path<IntOrBool>| Json(it)))
        .route("/flat/employee", post(async |Json(it): Json<Employee>| Json(it)))
        .route("/flat/employees", post(async |Json(it): Json<Vec<Employee>>| Json(it)))
        .route("/flat/query", get(async |Query(it): Query<Search>| Json(it)))
        .route("/flat/header", get(async |Header(it): Header<Search>| Json(it)))
        .route("/flat/cookie", get(async |Cookie(it): Cookie<Search>| Json(it)))
        .route("/flat/extras", post(async |Json(it): Json<Extras>| Json(it)));
    Router::new().nest("/unions", routes)
}

const SCALAR: Kind = Kind::Union(&[Kind::Int, Kind::Float, Kind::Bool, Kind::Text]);

const SHAPE: Kind = Kind::Union(&[
    Kind::Some(&[("radius", Kind::Float), ("side", Kind::Int), ("name", Kind::Text)]),
    Kind::Int,
]);

const PET: Kind = Kind::Some(&[
    ("pet_type", Kind::Tag(&["cat", "dog", "cow"])),
    ("name", Kind::Text),
    ("lives", Kind::Int),
    ("barks", Kind::Bool),
]);

const BOX: Kind = Kind::Some(&[
    ("item", Kind::Union(&[Kind::List(&SCALAR), Kind::List(&Kind::Int), Kind::Any])),
    ("count", Kind::Union(&[Kind::Int, Kind::Text])),
    ("size", Kind::Float),
]);

const COLLECTION: Kind =
    Kind::Union(&[Kind::List(&SCALAR), Kind::List(&Kind::Int), Kind::Labels, Kind::Any]);

const HOUSEHOLD: Kind = Kind::Object(&[
    ("pets", Kind::List(&PET)),
    ("shapes", Kind::Some(&[("a", SHAPE), ("b", SHAPE)])),
    ("scalar", SCALAR),
    ("favourite", Kind::Option(&PET)),
    ("boxes", Kind::List(&BOX)),
    ("pair", Kind::Option(&Kind::Any)),
    ("note", Kind::Option(&Kind::Text)),
]);

const HOUSEHOLD_JSON: &str = r#"{
    "pets": [{"barks": "on", "pet_type": "dog", "name": "n"}], "shapes": {"a": {"side": "1"}},
    "scalar": "5", "boxes": [], "pair": ["3", {"pet_type": "cat", "name": ""}], "note": null
}"#;

const BASE: &[Field] = &[("full_name", Kind::Text), ("ages", Kind::List(&Kind::Int))];

const EMPLOYEE: Kind = Kind::Object(&[
    ("full_name", Kind::Text),
    ("ages", Kind::List(&Kind::Int)),
    ("email", Kind::Text),
    ("is_admin", Kind::Bool),
    ("note", Kind::Option(&Kind::Text)),
    ("salary", Kind::Union(&[Kind::Int, Kind::Bool])),
    ("boss", Kind::Option(&Kind::Object(BASE))),
]);

/// To FastAPI, a cookie is no list.
const COOKIES: &[Field] = SEARCH.split_at(4).0;

const SEARCH: &[Field] = &[
    ("limit_to", Kind::Int),
    ("q", Kind::Text),
    ("is_exact", Kind::Bool),
    ("scalar", Kind::Union(&[Kind::Int, Kind::Bool])),
    ("sort_by", Kind::List(&Kind::Int)),
];

const EXTRAS: Kind = Kind::Object(&[
    ("full_name", Kind::Text),
    ("ages", Kind::List(&Kind::Int)),
    ("q", Kind::Text),
    ("more", Kind::Any),
]);

/// Endlessly many requests, the same ones for the same seed.
pub fn requests(seed: u64) -> impl Iterator<Item = Sent> {
    let mut random = Random::new(seed);
    iter::repeat_with(move || request(&mut random))
}

fn request(random: &mut Random) -> Sent {
    match random.below(13) {
        0 => random.post("/unions/shape", SHAPE),
        1 => random.post("/unions/pet", PET),
        2 => random.post("/unions/scalars", Kind::List(&SCALAR)),
        3 => random.post("/unions/collection", COLLECTION),
        4 => random.post("/unions/boxes", Kind::List(&BOX)),
        5 => random.post("/unions/household", HOUSEHOLD),
        6 => Sent::get(format!("/unions/path{}", random.path(&[("value", SCALAR)]))),
        7 => random.post("/unions/flat/employee", EMPLOYEE),
        8 => random.post("/unions/flat/employees", Kind::List(&EMPLOYEE)),
        9 => Sent::get(format!("/unions/flat/query{}", random.query(SEARCH))),
        10 => random.with_headers(Sent::get("/unions/flat/header"), SEARCH),
        11 => random.with_cookies(Sent::get("/unions/flat/cookie"), COOKIES),
        _ => random.post("/unions/flat/extras", EXTRAS),
    }
}

/// Whether it is for a struct with flattened ones in it.
pub fn is_flattened(sent: &Sent) -> bool {
    sent.target.starts_with("/unions/flat/")
}

/// What both answer alike.
pub fn alike() -> Vec<(Sent, &'static str)> {
    let post = |path: &str, json: &'static str| Sent::post_json(format!("/unions{path}"), json);
    vec![
        // Without a tag: the first that fits, and the problems of all.
        (post("/shape", r#"{"radius": "1.5"}"#), r#"200 {"radius":1.5,"name":"circle"}"#),
        (post("/shape", r#"{"side": "2", "name": "s"}"#), r#"200 {"side":2,"name":"s"}"#),
        (post("/shape", r#""3""#), "200 3"),
        (
            post("/shape", r#"{"radius": "x", "name": 5}"#),
            "422 float_parsing body.Circle.radius, string_type body.Circle.name, \
             missing body.Square.side, string_type body.Square.name, int_type body.int",
        ),
        (
            post("/shape", "[]"),
            "422 model_attributes_type body.Circle, model_attributes_type body.Square, \
             int_type body.int",
        ),
        (post("/shape", ""), "422 missing body"),
        // What is coerced least, and of structs the one of which most was sent.
        (
            post("/scalars", r#"[true, 1, 1.5, "1", "yes", 0, 1.0]"#),
            r#"200 [true,1,1.5,"1","yes",0,1.0]"#,
        ),
        (post("/collection", r#"["1", "2"]"#), r#"200 ["1","2"]"#),
        (post("/collection", r#"{"a": "1"}"#), r#"200 {"a":"1"}"#),
        (post("/collection", r#"{"a": 1}"#), r#"200 {"a":1}"#),
        (
            post("/collection", "5"),
            "422 list_type body.list[int], dict_type body.dict[str,int], \
             list_type body.list[str], dict_type body.dict[str,any]",
        ),
        (
            post("/boxes", r#"[{"item": [1]}, {"item": ["1"]}, {"item": [1], "size": 2}]"#),
            r#"200 [{"item":[1],"count":0},{"item":["1"],"size":0.0},{"item":[1],"size":2.0}]"#,
        ),
        (
            post("/boxes", r#"[{"item": ["1"], "count": "5"}, {"item": 5, "size": 1}]"#),
            r#"200 [{"item":["1"],"count":"5"},{"item":5,"count":null}]"#,
        ),
        (Sent::get("/unions/path/1"), "200 1"),
        (Sent::get("/unions/path/yes"), "200 true"),
        (
            Sent::get("/unions/path/maybe"),
            "422 int_parsing path.value.int, bool_parsing path.value.bool",
        ),
        // With a tag.
        (
            post("/pet", r#"{"pet_type": "cat", "name": "n", "lives": "7"}"#),
            r#"200 {"pet_type":"cat","name":"n","lives":7}"#,
        ),
        (
            post("/pet", r#"{"pet_type": "dog", "lives": "x", "barks": "loud"}"#),
            "422 missing body.dog.name, bool_parsing body.dog.barks",
        ),
        (post("/pet", r#"{"pet_type": "cow"}"#), "422 union_tag_invalid body"),
        (post("/pet", r#"{"pet_type": null}"#), "422 union_tag_invalid body"),
        (post("/pet", r#"{"name": "n"}"#), "422 union_tag_not_found body"),
        (post("/pet", "[]"), "422 model_attributes_type body"),
        // Anywhere; and what may be null but not left out.
        (
            post("/household", HOUSEHOLD_JSON),
            "200 {\"pets\":[{\"pet_type\":\"dog\",\"name\":\"n\",\"barks\":true}],\
             \"shapes\":{\"a\":{\"side\":1,\"name\":\"square\"}},\"scalar\":\"5\",\
             \"favourite\":null,\"boxes\":[],\
             \"pair\":[3,{\"pet_type\":\"cat\",\"name\":\"\",\"lives\":9}],\"note\":null}",
        ),
        (
            post("/household", r#"{"pets": [{}, 5], "shapes": {"a": []}, "scalar": []}"#),
            "422 union_tag_not_found body.pets.0, model_attributes_type body.pets.1, \
             model_attributes_type body.shapes.a.Circle, \
             model_attributes_type body.shapes.a.Square, int_type body.shapes.a.int, \
             bool_type body.scalar.bool, int_type body.scalar.int, float_type body.scalar.float, \
             string_type body.scalar.str, missing body.boxes, missing body.pair, missing body.note",
        ),
        // A struct in a struct.
        (
            post(
                "/flat/employee",
                r#"{"email": "e", "ages": ["1"], "full_name": "f", "note": null, "salary": "5"}"#,
            ),
            "200 {\"full_name\":\"f\",\"ages\":[1],\"email\":\"e\",\"is_admin\":false,\
             \"note\":null,\"salary\":5,\"boss\":null}",
        ),
        (
            post("/flat/employee", r#"{"ages": ["x"]}"#),
            "422 missing body.full_name, int_parsing body.ages.0, missing body.email, \
             missing body.note, missing body.salary",
        ),
        (
            post("/flat/extras", r#"{"more": {"a": "1"}, "q": "q", "full_name": "f"}"#),
            "200 {\"full_name\":\"f\",\"ages\":[],\"q\":\"q\",\"more\":{\"a\":\"1\"}}",
        ),
        (
            Sent::get("/unions/flat/query?limit_to=5&sort_by=1&q=1&sort_by=2&limit_to=6"),
            "200 {\"limit_to\":6,\"sort_by\":[1,2],\"q\":\"1\",\"is_exact\":false,\"scalar\":0}",
        ),
        (
            Sent::get("/unions/flat/header").header("sort-by", "1").header("sort-by", "x"),
            "422 missing header.limit-to, int_parsing header.sort-by.1, missing header.q",
        ),
        (
            Sent::get("/unions/flat/cookie").header("cookie", "limit_to=x; is_exact=maybe; q="),
            "422 int_parsing cookie.limit_to, bool_parsing cookie.is_exact",
        ),
    ]
}

/// What differs on purpose.
pub fn different() -> Vec<(Sent, &'static str)> {
    let post = |path: &str, json: &'static str| Sent::post_json(format!("/unions{path}"), json);
    vec![
        // A struct with a flattened one in it does not tell the names of its own fields.
        (
            post("/flat/employee", r#"{"ages": ["x"], "is_admin": "maybe", "boss": {}}"#),
            expect(
                rust(
                    "422 missing body.full_name, int_parsing body.ages.0, \
                     bool_parsing body.is_admin, missing body.email, missing body.note, \
                     missing body.boss.full_name, missing body.salary",
                ),
                fastapi(
                    "422 missing body.full_name, int_parsing body.ages.0, missing body.email, \
                     bool_parsing body.is_admin, missing body.note, missing body.salary, \
                     missing body.boss.full_name",
                ),
            ),
        ),
    ]
}
