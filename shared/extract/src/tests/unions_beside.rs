//! Unions and flattened structs beside rules, constraints and types that refuse their values.

use super::*;

fn value_error(loc: Value, msg: &str, input: Value) -> Value {
    problem_with("value_error", loc, &format!("Value error, {msg}"), input, json!({ "error": {} }))
}

#[derive(Deserialize)]
#[serde(try_from = "String")]
struct Name(#[expect(dead_code, reason = "it is only read")] String);

impl TryFrom<String> for Name {
    type Error = &'static str;

    fn try_from(name: String) -> Result<Self, Self::Error> {
        if name.contains(' ') { Err("no name") } else { Ok(Self(name)) }
    }
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "it is only read")]
struct Named {
    name: Name,
    id: i64,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "it is only read")]
struct Titled {
    name: String,
    title: i64,
}

#[expect(dead_code, reason = "it is only read")]
enum Either {
    Named(Named),
    Titled(Titled),
}

union!(Either { Named, Titled });

#[tokio::test]
async fn a_value_that_one_candidate_refuses_is_there_for_the_next_one() {
    assert_eq!(answer::<Vec<Either>>(json!([{ "name": "a b", "title": 1 }])).await, "200 ");
    let sent = json!({ "name": "a b", "title": "x" });
    assert_eq!(
        answer::<Vec<Either>>(json!([sent])).await,
        invalid([
            value_error(json!(["body", 0, "Named", "name"]), "no name", json!("a b")),
            problem("int_parsing", json!(["body", 0, "Titled", "title"]), json!("x")),
        ])
    );
}

#[expect(dead_code, reason = "it is only read")]
enum Tagged {
    Named(Named),
    Titled(Titled),
}

union!(Tagged, tag = "kind" { Named = "named", Titled = "titled" });

#[tokio::test]
async fn a_value_that_the_chosen_candidate_refuses_hides_nothing() {
    #[derive(Deserialize)]
    #[expect(dead_code, reason = "it is only read")]
    struct Outer {
        tagged: Tagged,
        either: Either,
        name: Name,
    }
    let tagged = json!({ "kind": "named", "name": "a b", "id": "x" });
    let either = json!({ "name": "c d", "title": 1 });
    assert_eq!(
        answer::<Outer>(json!({ "tagged": tagged, "either": either, "name": "e f" })).await,
        invalid([
            value_error(json!(["body", "tagged", "named", "name"]), "no name", json!("a b")),
            problem("int_parsing", json!(["body", "tagged", "named", "id"]), json!("x")),
            value_error(json!(["body", "name"]), "no name", json!("e f")),
        ])
    );
}

#[tokio::test]
async fn a_value_that_a_flattened_struct_refuses_is_reported_once() {
    #[derive(Deserialize)]
    #[expect(dead_code, reason = "it is only read")]
    struct Inner {
        #[serde(flatten, deserialize_with = "flat")]
        named: Named,
        nick: Name,
    }
    #[derive(Deserialize)]
    #[expect(dead_code, reason = "it is only read")]
    struct Outer {
        #[serde(flatten, deserialize_with = "flat")]
        inner: Inner,
        age: i64,
    }
    // The first request that is right shows which structs are flattened.
    let right = json!({ "name": "a", "id": 1, "nick": "c", "age": 1 });
    assert_eq!(answer::<Outer>(right).await, "200 ");
    assert_eq!(
        answer::<Outer>(json!({ "name": "a b", "id": "x", "nick": "c d", "age": "y" })).await,
        invalid([
            value_error(json!(["body", "name"]), "no name", json!("a b")),
            problem("int_parsing", json!(["body", "id"]), json!("x")),
            value_error(json!(["body", "nick"]), "no name", json!("c d")),
            problem("int_parsing", json!(["body", "age"]), json!("y")),
        ])
    );
}

#[derive(Deserialize)]
struct Never<T> {
    #[serde(rename = "value")]
    _value: T,
}

impl<T> Rules for Never<T> {
    fn check(&self, report: &mut Report<'_>) {
        report.error("never");
    }
}

#[tokio::test]
async fn rules_around_a_union_are_asked_whichever_candidate_fits() {
    for value in [json!({ "name": "a", "id": 1 }), json!({ "name": "a b", "title": 1 })] {
        let sent = json!({ "value": value });
        let problem = value_error(json!(["body"]), "never", sent.clone());
        assert_eq!(answer::<Ruled<Never<Either>>>(sent).await, invalid([problem]), "{value}");
    }
}

#[tokio::test]
async fn rules_around_a_flattened_struct_are_asked_where_nothing_of_it_was_sent() {
    #[derive(Deserialize)]
    struct Defaults {
        #[serde(default, rename = "size")]
        _size: i64,
    }
    #[derive(Deserialize)]
    struct Outer {
        #[serde(flatten, deserialize_with = "flat", rename = "base")]
        _base: Defaults,
    }
    impl Rules for Outer {
        fn check(&self, report: &mut Report<'_>) {
            report.error("never");
        }
    }
    let problem = value_error(json!(["body"]), "never", json!({}));
    assert_eq!(answer::<Ruled<Outer>>(json!({})).await, invalid([problem]));
}

#[expect(dead_code, reason = "it is only read")]
enum Strict {
    Never(Ruled<Never<i64>>),
    Named(Named),
}

union!(Strict { Never, Named });

#[tokio::test]
async fn a_candidate_whose_rules_find_something_does_not_fit() {
    assert_eq!(answer::<Strict>(json!({ "value": 1, "name": "a", "id": 1 })).await, "200 ");
    let sent = json!({ "value": 1, "name": "a" });
    assert_eq!(
        answer::<Strict>(sent.clone()).await,
        invalid([
            value_error(json!(["body", "Never"]), "never", sent.clone()),
            problem("missing", json!(["body", "Named", "id"]), sent),
        ])
    );
}

#[cfg(feature = "utoipa")]
#[tokio::test]
async fn each_candidate_has_its_constraints() {
    use utoipa::ToSchema;

    #[derive(Deserialize, Serialize, ToSchema)]
    struct Circle {
        #[schema(minimum = 1)]
        radius: i64,
    }
    #[derive(Deserialize, Serialize, ToSchema)]
    struct Square {
        #[schema(maximum = 9)]
        side: i64,
        #[schema(minimum = 5)]
        radius: Option<i64>,
    }
    #[derive(Serialize, ToSchema)]
    #[serde(untagged)]
    enum Shape {
        Circle(Circle),
        Square(Square),
    }
    union!(Shape { Circle, Square });
    #[derive(Deserialize, Serialize, ToSchema)]
    struct Outer {
        shape: Shape,
        other: Option<Shape>,
    }
    let app =
        Router::new().route("/", post(async |Checked(Json(it)): Checked<Json<Outer>>| Json(it)));
    let too_small = |loc| {
        let msg = "Input should be greater than or equal to 1";
        problem_with("greater_than_equal", loc, msg, json!("0"), json!({ "ge": 1 }))
    };
    let too_great = |loc| {
        let msg = "Input should be less than or equal to 9";
        problem_with("less_than_equal", loc, msg, json!("10"), json!({ "le": 9 }))
    };
    let missing = |loc, input: &Value| problem("missing", loc, input.clone());
    let (circle, square) = (json!({ "radius": "0" }), json!({ "side": "10" }));
    let sent = json!({ "shape": circle, "other": square });
    assert_eq!(
        ask(&app, "POST /", JSON, sent.to_string().as_bytes()).await,
        invalid([
            too_small(json!(["body", "shape", "Circle", "radius"])),
            missing(json!(["body", "shape", "Square", "side"]), &circle),
            {
                let msg = "Input should be greater than or equal to 5";
                let loc = json!(["body", "shape", "Square", "radius"]);
                problem_with("greater_than_equal", loc, msg, json!("0"), json!({ "ge": 5 }))
            },
            missing(json!(["body", "other", "Circle", "radius"]), &square),
            too_great(json!(["body", "other", "Square", "side"])),
        ])
    );
    let sent = json!({ "shape": { "radius": "1" }, "other": { "side": "9" } });
    let read = json!({ "shape": { "radius": 1 }, "other": { "side": 9, "radius": null } });
    assert_eq!(ask(&app, "POST /", JSON, sent.to_string().as_bytes()).await, format!("200 {read}"));
}
