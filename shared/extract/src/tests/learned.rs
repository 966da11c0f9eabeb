//! Fields that a type wants are learned from the type, whatever the client sends.

use std::fmt;

use serde::Deserializer;
use serde::de::{Error, IgnoredAny, MapAccess, Visitor};

use super::*;

fn missing(loc: Value, input: Value) -> Value {
    problem("missing", loc, input)
}

#[test]
fn a_type_is_learned_once() {
    #[derive(Deserialize)]
    struct Counted {
        #[serde(deserialize_with = "readings::count")]
        _first: i64,
        _lines: Vec<Line>,
    }

    let lines = |line: Value| json!({ "_first": 1, "_lines": vec![line; 400] });
    for (sent, problems, readings) in [
        (lines(json!({})), 800, 3), // the first, and one for each field of Line
        (lines(json!({})), 800, 2), // the first, and one with all that is known
        (lines(json!({ "count": 1 })), 400, 2),
        (lines(json!({ "count": "x", "price": 1 })), 400, 1),
        (lines(json!({ "count": 1, "price": 1 })), 0, 1),
    ] {
        let result = notes::read::<Counted>("body", lax::Input::Json(&sent), AROUND);
        let found = match result {
            Ok(_) => 0,
            Err(Rejection::Invalid(problems)) => problems.len(),
            Err(_) => panic!("another rejection"),
        };
        assert_eq!((found, readings::take()), (problems, readings), "{sent}");
    }
}

#[tokio::test]
async fn a_struct_with_a_flattened_field_reports_all_that_are_missing() {
    #[derive(Deserialize)]
    #[expect(dead_code, reason = "it is only read")]
    struct Outer {
        name: String,
        age: i64,
        nickname: Option<String>,
        #[serde(flatten)]
        inner: Inner,
    }
    #[derive(Deserialize)]
    #[expect(dead_code, reason = "it is only read")]
    struct Inner {
        pin: i64,
        code: i64,
    }
    for _ in 0..2 {
        assert_eq!(
            answer::<Vec<Outer>>(json!([{ "age": "x" }, { "pin": 1, "code": 2 }])).await,
            invalid([
                problem("int_parsing", json!(["body", 0, "age"]), json!("x")),
                missing(json!(["body", 0, "name"]), json!({ "age": "x" })),
                // serde looks into the flattened field last, and stops there.
                missing(json!(["body", 0, "pin"]), json!({ "age": "x" })),
                missing(json!(["body", 1, "name"]), json!({ "pin": 1, "code": 2 })),
                missing(json!(["body", 1, "age"]), json!({ "pin": 1, "code": 2 })),
            ])
        );
        assert_eq!(
            answer::<Outer>(json!({ "code": 2, "name": "n" })).await,
            invalid([
                missing(json!(["body", "age"]), json!({ "code": 2, "name": "n" })),
                missing(json!(["body", "pin"]), json!({ "code": 2, "name": "n" })),
            ])
        );
        let sent = json!({ "name": "n", "age": 1, "pin": 1, "code": 2 });
        assert_eq!(answer::<Outer>(sent).await, "200 ");
    }
}

#[tokio::test]
async fn a_field_of_one_variant_is_not_asked_of_another() {
    #[derive(Deserialize)]
    #[serde(tag = "kind", content = "with")]
    #[expect(dead_code, reason = "it is only read")]
    enum Adjacent {
        Nobody,
        Pin(i64),
        Maybe(Option<i64>),
        Pair { a: i64, b: i64 },
    }
    let kind = |kind: &str| json!({ "kind": kind });
    for _ in 0..2 {
        let sent = json!([
            kind("Pin"),
            kind("Nobody"),
            kind("Maybe"),
            kind("Nodoby"),
            {},
            { "kind": { "Pin": null } },
            { "kind": "Pin", "with": "x" },
            kind("Pair"),
        ]);
        let expected = "'Nobody', 'Pin', 'Maybe' or 'Pair'";
        assert_eq!(
            answer::<Vec<Adjacent>>(sent).await,
            invalid([
                missing(json!(["body", 0, "with"]), kind("Pin")),
                problem_with(
                    "enum",
                    json!(["body", 3, "kind"]),
                    &format!("Input should be {expected}"),
                    json!("Nodoby"),
                    json!({ "expected": expected })
                ),
                missing(json!(["body", 4, "kind"]), json!({})),
                missing(json!(["body", 5, "with"]), json!({ "kind": { "Pin": null } })),
                problem("int_parsing", json!(["body", 6, "with"]), json!("x")),
                missing(json!(["body", 7, "with"]), kind("Pair")),
            ])
        );
        assert_eq!(answer::<Vec<Adjacent>>(json!([kind("Nobody"), kind("Maybe")])).await, "200 ");
    }
}

#[tokio::test]
async fn a_field_of_one_flattened_variant_is_not_asked_of_another() {
    #[derive(Deserialize)]
    #[expect(dead_code, reason = "it is only read")]
    struct Drawing {
        name: String,
        #[serde(flatten)]
        shape: Shape,
    }
    #[derive(Deserialize)]
    #[serde(tag = "kind", rename_all = "lowercase")]
    #[expect(dead_code, reason = "it is only read")]
    enum Shape {
        Circle { radius: i64 },
        Square { side: i64 },
    }
    let square = json!({ "name": "n", "kind": "square", "side": 1 });
    let circle = json!({ "name": "n", "kind": "circle" });
    for _ in 0..2 {
        assert_eq!(
            answer::<Vec<Drawing>>(json!([square, circle, square])).await,
            invalid([missing(json!(["body", 1, "radius"]), circle.clone())])
        );
        assert_eq!(answer::<Vec<Drawing>>(json!([square])).await, "200 ");
    }
}

#[tokio::test]
async fn a_struct_variant_reports_all_that_is_missing() {
    #[derive(Deserialize)]
    #[expect(dead_code, reason = "it is only read")]
    enum Login {
        Password { name: String, password: String },
    }
    assert_eq!(
        answer::<Login>(json!({ "Password": {} })).await,
        invalid([
            missing(json!(["body", "Password", "name"]), json!({})),
            missing(json!(["body", "Password", "password"]), json!({})),
        ])
    );
}

/// A user with a name or an email address.
struct Either;

impl<'de> Deserialize<'de> for Either {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_struct("Either", &["name", "email"], EitherVisitor)
    }
}

struct EitherVisitor;

impl<'de> Visitor<'de> for EitherVisitor {
    type Value = Either;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a user")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Either, A::Error> {
        let mut found = false;
        while let Some(key) = map.next_key::<String>()? {
            if matches!(key.as_str(), "name" | "email") {
                map.next_value::<String>()?;
                found = true;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        if found { Ok(Either) } else { Err(A::Error::missing_field("name")) }
    }
}

#[tokio::test]
async fn a_field_that_is_wanted_only_sometimes_is_never_asked_of_a_good_request() {
    for _ in 0..2 {
        let nothing = json!({ "other": 1 });
        assert_eq!(
            answer::<Either>(nothing.clone()).await,
            invalid([missing(json!(["body", "name"]), nothing)])
        );
        assert_eq!(answer::<Either>(json!({ "email": "a@b" })).await, "200 ");
    }
}

#[tokio::test]
async fn a_field_that_came_under_an_alias_is_not_missing() {
    #[derive(Deserialize, Serialize)]
    struct Aliased {
        #[serde(alias = "a", alias = "z")]
        name: String,
        size: i64,
    }
    #[derive(Deserialize, Serialize)]
    struct Flattened {
        #[serde(alias = "a", alias = "z")]
        name: String,
        size: i64,
        #[serde(flatten)]
        rest: BTreeMap<String, i64>,
    }
    for _ in 0..2 {
        for alias in ["z", "a", "name"] {
            let sent = json!({ alias: "n" });
            let size = missing(json!(["body", "size"]), sent.clone());
            assert_eq!(answer::<Aliased>(sent.clone()).await, invalid([size.clone()]));
            assert_eq!(answer::<Flattened>(sent).await, invalid([size]));
            let sent = json!({ alias: "n", "size": 1 });
            assert_eq!(echo::<Aliased>(sent).await, r#"200 {"name":"n","size":1}"#);
        }
        let nothing = json!({});
        let missing = [
            missing(json!(["body", "name"]), nothing.clone()),
            missing(json!(["body", "size"]), nothing.clone()),
        ];
        assert_eq!(answer::<Aliased>(nothing).await, invalid(missing));
        let sent = json!({ "name": "n", "a": "n", "size": "x" });
        let twice = problem_with(
            "value_error",
            json!(["body"]),
            "Value error, duplicate field `name`",
            sent.clone(),
            json!({ "error": {} }),
        );
        assert_eq!(answer::<Aliased>(sent).await, invalid([twice]));
    }
}
