//! Enums that are one of several types.

use super::*;

fn sent_back(body: Value) -> String {
    format!("200 {body}")
}

#[derive(Deserialize, Serialize)]
struct Circle {
    radius: f64,
    #[serde(default)]
    colour: i64,
}

#[derive(Deserialize, Serialize)]
struct Square {
    side: i64,
    #[serde(default)]
    name: String,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Shape {
    Circle(Circle),
    Square(Square),
    Sides(i64),
}

union!(Shape { Circle, Square, Sides = "int" });

#[derive(Deserialize, Serialize)]
struct Cat {
    name: String,
    #[serde(default)]
    lives: i64,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Dog {
    barks: bool,
}

#[derive(Serialize)]
#[serde(tag = "pet_type", rename_all = "lowercase")]
enum Pet {
    Cat(Cat),
    Dog(Dog),
}

union!(Pet, tag = "pet_type" { Cat = "cat", Dog = "dog" });

#[tokio::test]
async fn the_candidate_that_fits_is_coerced() {
    for (sent, read) in [
        (json!({ "radius": "1.5" }), json!({ "radius": 1.5, "colour": 0 })),
        (json!({ "side": "2", "name": "s" }), json!({ "side": 2, "name": "s" })),
        (json!("3"), json!(3)),
    ] {
        assert_eq!(echo::<Shape>(sent).await, sent_back(read));
    }
}

#[tokio::test]
async fn the_problems_of_all_candidates_are_reported_below_their_labels() {
    let sent = json!({ "shape": { "radius": "x", "name": 5 }, "count": "y" });
    #[derive(Deserialize, Serialize)]
    struct Outer {
        shape: Shape,
        count: i64,
    }
    assert_eq!(
        echo::<Outer>(sent.clone()).await,
        invalid([
            problem("float_parsing", json!(["body", "shape", "Circle", "radius"]), json!("x")),
            problem("missing", json!(["body", "shape", "Square", "side"]), sent["shape"].clone()),
            problem("string_type", json!(["body", "shape", "Square", "name"]), json!(5)),
            problem("int_type", json!(["body", "shape", "int"]), sent["shape"].clone()),
            // What comes after the union is read too.
            problem("int_parsing", json!(["body", "count"]), json!("y")),
        ])
    );
    assert_eq!(
        echo::<Outer>(json!({ "count": 1 })).await,
        invalid([problem("missing", json!(["body", "shape"]), json!({ "count": 1 }))])
    );
    assert_eq!(
        echo::<Shape>(json!([])).await,
        invalid([
            problem("model_attributes_type", json!(["body", "Circle"]), json!([])),
            problem("model_attributes_type", json!(["body", "Square"]), json!([])),
            problem("int_type", json!(["body", "int"]), json!([])),
        ])
    );
}

#[tokio::test]
async fn the_tag_chooses_the_candidate() {
    for (sent, read) in [
        (
            json!({ "lives": "9", "name": "n", "pet_type": "cat" }),
            json!({ "pet_type": "cat", "name": "n", "lives": 9 }),
        ),
        // A candidate that denies unknown fields knows the tag.
        (json!({ "pet_type": "dog", "barks": "yes" }), json!({ "pet_type": "dog", "barks": true })),
    ] {
        assert_eq!(echo::<Pet>(sent).await, sent_back(read));
    }
    let sent = json!({ "pet_type": "dog", "barks": "loud", "lives": 9 });
    assert_eq!(
        echo::<Vec<Pet>>(json!([sent, { "pet_type": "cat", "lives": "x" }])).await,
        invalid([
            problem("bool_parsing", json!(["body", 0, "dog", "barks"]), json!("loud")),
            problem("extra_forbidden", json!(["body", 0, "dog", "lives"]), json!(9)),
            problem(
                "missing",
                json!(["body", 1, "cat", "name"]),
                json!({ "pet_type": "cat", "lives": "x" })
            ),
            problem("int_parsing", json!(["body", 1, "cat", "lives"]), json!("x")),
        ])
    );
}

/// What is said of a tag that no candidate has.
fn tag_invalid(loc: Value, tag: &str, input: Value) -> Value {
    let msg = format!(
        "Input tag '{tag}' found using 'pet_type' does not match any of the expected tags: 'cat', 'dog'"
    );
    let ctx = json!({ "discriminator": "'pet_type'", "tag": tag, "expected_tags": "'cat', 'dog'" });
    problem_with("union_tag_invalid", loc, &msg, input, ctx)
}

#[tokio::test]
async fn a_tag_that_is_missing_or_unknown_is_reported() {
    #[derive(Deserialize, Serialize)]
    struct Outer {
        pets: Vec<Pet>,
        count: i64,
    }
    let msg = "Unable to extract tag using discriminator 'pet_type'";
    let ctx = json!({ "discriminator": "'pet_type'" });
    let pets = json!([{ "pet_type": "cow" }, {}, 5, { "pet_type": null }, { "pet_type": true }]);
    let at = |index: i64| json!(["body", "pets", index]);
    assert_eq!(
        echo::<Outer>(json!({ "pets": pets, "count": "x" })).await,
        invalid([
            tag_invalid(at(0), "cow", json!({ "pet_type": "cow" })),
            problem_with("union_tag_not_found", at(1), msg, json!({}), ctx),
            problem("model_attributes_type", at(2), json!(5)),
            tag_invalid(at(3), "None", json!({ "pet_type": null })),
            tag_invalid(at(4), "True", json!({ "pet_type": true })),
            problem("int_parsing", json!(["body", "count"]), json!("x")),
        ])
    );
    // What is inside of a tag could be a secret.
    for (tag, told) in [(json!(["hunter2"]), "[...]"), (json!({ "a": "hunter2" }), "{...}")] {
        let sent = json!({ "pet_type": tag });
        assert_eq!(
            echo::<Pet>(sent.clone()).await,
            invalid([tag_invalid(json!(["body"]), told, sent)])
        );
    }
}

#[tokio::test]
async fn hide_input_hides_the_tag() {
    let app = echoes::<Pet>().layer(Extension(HideInput));
    let answer = ask(&app, "POST /", JSON, br#"{"pet_type":"hunter2"}"#).await;
    let words =
        "Input tag found using 'pet_type' does not match any of the expected tags: 'cat', 'dog'";
    let ctx = json!({ "discriminator": "'pet_type'", "expected_tags": "'cat', 'dog'" });
    let problem = json!({ "type": "union_tag_invalid", "loc": ["body"], "msg": words, "ctx": ctx });
    assert_eq!(answer, invalid([problem]));
}

#[derive(Serialize)]
#[serde(untagged)]
enum Scalar {
    Int(i64),
    Bool(bool),
    Float(f64),
    Str(String),
}

union!(Scalar { Int = "int", Bool = "bool", Float = "float", Str = "str" });

#[derive(Serialize)]
#[serde(untagged)]
enum IntOrBool {
    Int(i64),
    Bool(bool),
}

union!(IntOrBool { Int = "int", Bool = "bool" });

#[tokio::test]
async fn the_least_coerced_candidate_wins_and_then_the_first() {
    let sent = json!(["5", 5, true, 5.5, 5.0, "x"]);
    assert_eq!(echo::<Vec<Scalar>>(sent.clone()).await, sent_back(sent));
    let sent = json!(["5", 5, true, 5.0, "1", "yes"]);
    assert_eq!(echo::<Vec<IntOrBool>>(sent).await, sent_back(json!([5, 5, true, 5, 1, true])));
}

#[derive(Deserialize, Serialize)]
struct Strict {
    item: i64,
    #[serde(default)]
    count: i64,
}

#[derive(Deserialize, Serialize)]
struct Loose {
    item: String,
    more: Option<Vec<Strict>>,
}

#[derive(Serialize)]
enum Item {
    Strict(Strict),
    Loose(Loose),
}

union!(Item { Strict, Loose });

#[tokio::test]
async fn of_structs_the_one_of_which_more_fields_were_sent_wins() {
    for (item, wins) in [
        (json!({ "item": "5", "count": 1, "other": 2 }), "Strict"),
        (json!({ "item": "5", "count": 1, "more": null }), "Loose"), // less is coerced
        (json!({ "item": "5", "count": 1, "more": [] }), "Loose"),
        (json!({ "item": "5", "count": "1", "more": [{ "item": 1 }] }), "Loose"), // of any depth
        (json!({ "item": 5 }), "Strict"),
        (json!({ "item": "5" }), "Loose"),
        (json!({ "item": "x", "count": 1 }), "Loose"),
    ] {
        let answer = echo::<Item>(item.clone()).await;
        assert!(answer.starts_with(&format!(r#"200 {{"{wins}":"#)), "{item}: {answer}");
    }
}

/// Each of these was tried with Pydantic.
#[tokio::test]
async fn coerced_values_are_ranked_as_in_pydantic() {
    macro_rules! wins {
        ($sent:tt: $($variant:ident $type:ty),+ => $best:ident) => {{
            #[derive(Serialize)]
            enum Candidates { $($variant($type)),+ }
            union!(Candidates { $($variant),+ });
            let answer = echo::<Candidates>(json!($sent)).await;
            let best = concat!("200 {\"", stringify!($best), "\":");
            assert!(answer.starts_with(best), "{answer}");
        }};
    }
    #[derive(Deserialize, Serialize)]
    struct Inner {
        shape: Shape,
    }
    #[derive(Deserialize, Serialize)]
    struct Outer {
        shape: Value,
        #[serde(default)]
        more: i64,
    }
    #[derive(Deserialize, Serialize)]
    struct WithTag {
        pet_type: String,
        name: String,
    }
    wins!("red": A Colour, B String => B);
    wins!("127.0.0.1": A std::net::Ipv4Addr, B String => B);
    wins!("x": A String, B Colour => A);
    wins!("127.0.0.1": A String, B std::net::IpAddr => A);
    wins!("127.0.0.1": A std::net::IpAddr, B String => A);
    wins!("5": A i64, B char => B);
    wins!("5": A char, B String => A);
    wins!(5: A f64, B std::num::NonZeroU8 => B);
    wins!("5": A f64, B std::num::NonZeroU8 => A);
    wins!(5: A std::time::Duration, B f64 => B);
    wins!([1, 2]: A BTreeSet<i64>, B Vec<i64> => B);
    wins!(["1"]: A BTreeSet<i64>, B Vec<i64> => A);
    wins!([1, 2]: A (i64, i64), B Vec<i64> => B);
    wins!([1, 2]: A (i64, i64), B Value => B);
    wins!([1, 2]: A (i64, i64), B Vec<f64> => B);
    wins!(5: A f64, B i64 => B);
    wins!(5: A f64, B Value => A);
    wins!(true: A i64, B f64, C bool => C);
    wins!(["1"]: A Vec<i64>, B Vec<String> => B);
    wins!({ "radius": 1.5 }: A Circle, B BTreeMap<String, f64> => B);
    wins!({ "radius": "1.5" }: A Circle, B BTreeMap<String, f64> => A);
    wins!({ "1": 1 }: A BTreeMap<i64, i64>, B BTreeMap<String, i64> => B);
    // The fields of what is inside count too, and the tag is one.
    wins!({ "shape": { "side": 1, "name": "n" }, "more": 1 }: A Outer, B Inner => B);
    wins!({ "shape": 1, "more": 1 }: A Inner, B Outer => B);
    wins!({ "pet_type": "cat", "name": "n" }: A Pet, B WithTag => A);
    wins!({ "pet_type": "cat", "name": "n", "lives": 1 }: A WithTag, B Pet => B);
}

#[tokio::test]
async fn unions_may_be_anywhere() {
    #[derive(Deserialize, Serialize)]
    struct Household {
        pet: Option<Pet>,
        #[serde(default)]
        pets: BTreeMap<String, Box<Pet>>,
        pair: (Shape, Option<IntOrBool>),
    }

    #[derive(Serialize)]
    #[serde(untagged)]
    enum Any {
        Pet(Pet),
        Shape(Shape),
        Household(Box<Household>),
    }
    union!(Any { Pet = "tagged-union[Cat,Dog]", Shape, Household });

    let cat = |lives: Value| json!({ "pet_type": "cat", "name": "n", "lives": lives });
    let sent = json!([
        cat(json!("1")),
        { "side": "1" },
        { "pair": ["4", null], "pets": { "a": cat(json!("2")) } },
    ]);
    let read = json!([
        cat(json!(1)),
        { "side": 1, "name": "" },
        { "pet": null, "pets": { "a": cat(json!(2)) }, "pair": [4, null] },
    ]);
    assert_eq!(echo::<Vec<Any>>(sent).await, sent_back(read));

    let bad = json!({ "pet_type": "cat", "name": "n", "lives": "x" });
    let sent = json!({ "pet": bad, "pair": ["x", "maybe"] });
    let at = |way: &[&str]| {
        let index = |step: &&str| step.parse::<i64>().map_or(json!(step), |index| json!(index));
        Value::from_iter([json!("body")].into_iter().chain(way.iter().map(index)))
    };
    let msg = "Unable to extract tag using discriminator 'pet_type'";
    let ctx = json!({ "discriminator": "'pet_type'" });
    let not_found = at(&["tagged-union[Cat,Dog]"]);
    assert_eq!(
        echo::<Any>(sent.clone()).await,
        invalid([
            problem_with("union_tag_not_found", not_found, msg, sent.clone(), ctx),
            problem("missing", at(&["Shape", "Circle", "radius"]), sent.clone()),
            problem("missing", at(&["Shape", "Square", "side"]), sent.clone()),
            problem("int_type", at(&["Shape", "int"]), sent.clone()),
            problem("int_parsing", at(&["Household", "pet", "cat", "lives"]), json!("x")),
            problem("model_attributes_type", at(&["Household", "pair", "0", "Circle"]), json!("x")),
            problem("model_attributes_type", at(&["Household", "pair", "0", "Square"]), json!("x")),
            problem("int_parsing", at(&["Household", "pair", "0", "int"]), json!("x")),
            problem("int_parsing", at(&["Household", "pair", "1", "int"]), json!("maybe")),
            problem("bool_parsing", at(&["Household", "pair", "1", "bool"]), json!("maybe")),
        ])
    );
}

#[tokio::test]
async fn parameters_may_be_unions() {
    #[derive(Deserialize, Serialize)]
    struct Sent {
        x_one: Option<IntOrBool>,
        #[serde(default)]
        x_all: Vec<Scalar>,
    }
    let app = Router::new()
        .route("/path/{value}", get(async |Path(it): Path<IntOrBool>| Json(it)))
        .route("/query", get(async |Query(it): Query<Sent>| Json(it)))
        .route("/header", get(async |Header(it): Header<Sent>| Json(it)));
    let both = |loc: &[&str], sent: &str| {
        let loc = |label: &str| Value::from_iter(loc.iter().chain([&label]).copied());
        invalid([
            problem("int_parsing", loc("int"), json!(sent)),
            problem("bool_parsing", loc("bool"), json!(sent)),
        ])
    };
    for (uri, headers, answer) in [
        ("/path/5", &[] as Pairs<'_>, "200 5".to_owned()),
        ("/path/yes", &[], "200 true".to_owned()),
        ("/path/maybe", &[], both(&["path", "value"], "maybe")),
        ("/query?x_one=1&x_all=5&x_all=x", &[], r#"200 {"x_one":1,"x_all":["5","x"]}"#.to_owned()),
        ("/query?x_one=maybe", &[], both(&["query", "x_one"], "maybe")),
        ("/header", &[("X-One", "off")], r#"200 {"x_one":false,"x_all":[]}"#.to_owned()),
        ("/header", &[("X-One", "maybe")], both(&["header", "x-one"], "maybe")),
    ] {
        assert_eq!(ask(&app, &format!("GET {uri}"), headers, b"").await, answer, "{uri}");
    }
}

#[tokio::test]
async fn a_form_may_be_an_option_of_a_union() {
    let app = Router::new().route("/", post(async |Form(it): Form<Option<Pet>>| Json(it)));
    let form = [("content-type", "application/x-www-form-urlencoded")];
    for (sent, read) in [
        ("", json!(null)),
        ("other=1", json!(null)),
        ("pet_type=cat&name=n&lives=", json!({ "pet_type": "cat", "name": "n", "lives": 0 })),
    ] {
        assert_eq!(ask(&app, "POST /", &form, sent.as_bytes()).await, sent_back(read), "{sent}");
    }
    for (sent, kind) in [("pet_type=", "union_tag_invalid"), ("barks=1", "union_tag_not_found")] {
        let answer = ask(&app, "POST /", &form, sent.as_bytes()).await;
        let start = format!(r#"422 {{"detail":[{{"type":"{kind}""#);
        assert!(answer.starts_with(&start), "{sent}: {answer}");
    }
}

#[derive(Serialize)]
#[serde(untagged)]
enum Tree {
    Both(Box<Both>),
    Children(Box<Children>),
    Leaf(i64),
}

union!(Tree { Both, Children, Leaf = "int" });

#[derive(Deserialize, Serialize)]
struct Both {
    left: Tree,
    right: Tree,
}

#[derive(Deserialize, Serialize)]
struct Children {
    children: Vec<Tree>,
    #[serde(default)]
    name: String,
}

#[tokio::test]
async fn a_union_may_be_inside_itself() {
    let tree = json!({ "left": { "children": [1, 2], "name": "" }, "right": 3 });
    assert_eq!(echo::<Tree>(tree.clone()).await, sent_back(tree));
    // The placeholder is the candidate that needs no other.
    #[derive(Deserialize, Serialize)]
    struct Outer {
        tree: Tree,
        count: i64,
    }
    assert_eq!(
        echo::<Outer>(json!({ "count": "x" })).await,
        invalid([
            problem("missing", json!(["body", "tree"]), json!({ "count": "x" })),
            problem("int_parsing", json!(["body", "count"]), json!("x")),
        ])
    );
}

#[tokio::test]
async fn a_request_that_fits_in_endlessly_many_ways_is_refused() {
    #[derive(Deserialize, Serialize)]
    struct Named {
        children: Vec<Twice>,
    }
    #[derive(Serialize)]
    #[serde(untagged)]
    enum Twice {
        Named(Named),
        Children(Named),
    }
    union!(Twice { Named, Children });

    let nested = |depth: usize| {
        let (open, close) = (r#"{"children":["#.repeat(depth), "]}".repeat(depth));
        serde_json::from_str::<Value>(&format!("{open}{close}")).unwrap()
    };
    assert_eq!(echo::<Twice>(nested(4)).await, sent_back(nested(4)));
    let sent = nested(60);
    let msg = "Value error, there are too many ways to read this";
    let refused =
        problem_with("value_error", json!(["body"]), msg, sent.clone(), json!({ "error": {} }));
    assert_eq!(echo::<Twice>(sent).await, invalid([refused]));
}

#[test]
fn readings_are_bounded_by_the_types_of_the_candidates() {
    #[derive(Deserialize)]
    struct Counted {
        #[serde(deserialize_with = "readings::count")]
        _first: i64,
        _shapes: Vec<Shape>,
    }

    // Each shape fails as a circle.
    let sent = json!({ "_first": 1, "_shapes": vec![json!({ "side": 1 }); 1_000] });
    assert!(notes::read::<Counted>("body", lax::Input::Json(&sent), AROUND).is_ok());
    assert_eq!(readings::take(), 2, "the first, and one for the field that Circle needs");
}

#[tokio::test]
async fn nobody_gets_more_than_a_thousand_problems_of_candidates() {
    let answer = echo::<Vec<Shape>>(json!(vec![json!(null); 2_000])).await;
    assert_eq!(answer.matches(r#""type""#).count(), 1_000);
    let mut last = vec![json!(null); 333];
    last.push(json!(5));
    let answer = echo::<Vec<Shape>>(json!(last)).await;
    assert_eq!(answer.matches(r#""type""#).count(), 999);
}

#[test]
fn any_deserializer_reads_a_union() {
    let pets: Vec<Pet> =
        serde_json::from_str(r#"[{"pet_type":"cat","name":"n","lives":"9"}]"#).unwrap();
    assert!(matches!(&pets[..], [Pet::Cat(Cat { lives: 9, .. })]));
    let error = serde_json::from_value::<Shape>(json!({ "side": "hunter2" })).err().unwrap();
    assert_eq!(
        error.to_string(),
        r#"Field required at ["Circle","radius"]; Input should be a valid integer, unable to parse string as an integer at ["Square","side"]; Input should be a valid integer at ["int"]"#
    );
    let error = serde_json::from_value::<Pet>(json!({ "pet_type": "hunter2" })).err().unwrap();
    assert!(!error.to_string().contains("hunter2"), "{error}");
}

mod secrets {
    use super::super::secrets::send_damaged;
    use super::*;

    #[derive(Deserialize)]
    #[expect(dead_code, reason = "it is only read")]
    struct Password {
        name: String,
        password: Secret,
    }

    #[derive(Deserialize)]
    #[expect(dead_code, reason = "it is only read")]
    struct Pins {
        name: i64,
        pins: Vec<Secret<i64>>,
        password: Option<i64>,
    }

    #[expect(dead_code, reason = "it is only read")]
    enum Login {
        Password(Password),
        Pins(Pins),
        Nobody(bool),
    }
    union!(Login { Password, Pins, Nobody = "bool" });

    #[expect(dead_code, reason = "it is only read")]
    enum Tagged {
        Password(Password),
        Pins(Pins),
    }
    union!(Tagged, tag = "kind" { Password = "password", Pins = "pins" });

    #[tokio::test]
    async fn a_secret_of_one_candidate_is_hidden_in_the_problems_of_all() {
        let sent = json!({ "name": "n", "password": "hunter2" });
        assert_eq!(answer::<Login>(sent).await, "200 ");

        let sent = json!({ "password": "hunter2", "pins": ["hunter2"], "other": 1 });
        let shown = json!({ "password": MASK, "pins": [MASK], "other": 1 });
        assert_eq!(
            answer::<Login>(sent).await,
            invalid([
                problem("missing", json!(["body", "Password", "name"]), shown.clone()),
                problem("missing", json!(["body", "Pins", "name"]), shown),
                problem("int_parsing", json!(["body", "Pins", "pins", 0]), json!(MASK)),
                // No secret to this candidate, but to the other one.
                problem("int_parsing", json!(["body", "Pins", "password"]), json!(MASK)),
                // Neither of the other candidates is of this shape.
                problem(
                    "bool_type",
                    json!(["body", "bool"]),
                    json!({ "password": MASK, "pins": [MASK], "other": 1 })
                ),
            ])
        );
    }

    #[tokio::test]
    async fn a_value_that_could_be_a_candidate_of_another_shape_is_hidden() {
        let answer = answer::<Login>(json!("anna:hunter2")).await;
        assert_eq!(
            answer,
            invalid([
                problem("model_attributes_type", json!(["body", "Password"]), json!(MASK)),
                problem("model_attributes_type", json!(["body", "Pins"]), json!(MASK)),
                problem("bool_parsing", json!(["body", "bool"]), json!(MASK)),
            ])
        );
        #[expect(dead_code, reason = "it is only read")]
        enum ListOrObject {
            List(Vec<Secret>),
            Object(BTreeMap<String, i64>),
        }
        union!(ListOrObject { List, Object });
        let problem = |sent: Value| {
            invalid([
                problem("list_type", json!(["body", "List"]), json!(MASK)),
                problem("int_parsing", json!(["body", "Object", "pin"]), sent),
            ])
        };
        let answer = super::secrets::answer::<ListOrObject>(json!({ "pin": "hunter2" })).await;
        assert_eq!(answer, problem(json!(MASK)));
    }

    #[tokio::test]
    async fn a_secret_is_hidden_whatever_the_tag_says() {
        let content = json!({ "password": "hunter2", "pins": [1234567] });
        for tag in
            [json!("password"), json!("pins"), json!("pin"), json!(5), json!(null), Value::Null]
        {
            let mut sent = content.clone();
            sent["kind"] = tag;
            let answer = answer::<Tagged>(sent).await;
            assert!(answer.starts_with("422 ") && answer.contains(MASK), "{answer}");
            assert!(!answer.contains("hunter2") && !answer.contains("1234567"), "{answer}");
        }
    }

    #[tokio::test]
    async fn a_secret_union_does_not_tell_its_tag() {
        let answer = answer::<Secret<Tagged>>(json!({ "kind": "hunter2" })).await;
        assert!(answer.starts_with("422 ") && answer.contains("union_tag_invalid"), "{answer}");
        assert!(!answer.contains("hunter2"), "{answer}");
    }

    #[tokio::test]
    async fn a_secret_of_a_union_in_a_buffer_is_refused() {
        #[derive(Deserialize)]
        #[expect(dead_code, reason = "it is only read")]
        struct Buffered {
            #[serde(flatten)]
            login: Login,
        }
        let sent = json!({ "name": "n", "password": "hunter2" });
        assert_eq!(answer::<Buffered>(sent.clone()).await, "500 Internal Server Error");
        let hidden = reads::<Buffered>().layer(Extension(HideInput));
        assert_eq!(sends(&hidden, &sent).await, "200 ");
    }

    #[derive(Deserialize)]
    #[expect(dead_code, reason = "it is only read")]
    struct Deep {
        name: String,
        login: Login,
        logins: Vec<Tagged>,
        by_name: BTreeMap<String, Nested>,
        maybe: Option<Login>,
    }

    #[expect(dead_code, reason = "it is only read")]
    enum Nested {
        Tagged(Tagged),
        Deep(Box<Deep>),
        Secret(Secret<i64>),
        Logins(Vec<Login>),
    }
    union!(Nested { Tagged, Deep, Secret, Logins });

    fn deep() -> Value {
        json!({
            "name": "n",
            "login": { "name": "n", "password": "hunter2" },
            "logins": [
                { "kind": "pins", "name": 1, "pins": [1_234_567] },
            ],
            "by_name": {
                "a": { "kind": "password", "name": "n", "password": "hunter2" },
                "b": { "name": "n", "login": true, "logins": [], "by_name": { "c": "1234567" } },
                "d": [{ "name": "n", "password": "hunter2" }],
            },
        })
    }

    #[tokio::test]
    async fn no_damage_to_a_request_brings_a_secret_to_light() {
        let (app, sent) = (reads::<Deep>(), deep());
        assert_eq!(sends(&app, &sent).await, "200 ");
        let others = [None, Some(json!({})), Some(json!(["x"]))];
        let (refused, masked) = send_damaged(&app, &sent, &others).await;
        assert!(refused > 1_500 && masked > 1_500, "{refused} refused, {masked} with a secret");
    }

    #[tokio::test]
    async fn without_secrets_everything_is_shown() {
        let sent = json!({ "side": "x", "name": "seen" });
        let answer = echo::<Vec<Shape>>(json!([sent])).await;
        assert!(answer.contains(r#""input":{"side":"x","name":"seen"}"#), "{answer}");
        assert!(!answer.contains(MASK), "{answer}");
    }

    #[tokio::test]
    async fn a_union_inside_itself_is_searched_once() {
        let mut tree = json!("seen");
        for _ in 0..40 {
            tree = json!({ "left": tree, "children": ["x"] });
        }
        let answer = echo::<Tree>(tree).await;
        assert!(answer.starts_with("422 ") && !answer.contains(MASK), "{answer}");
    }
}

#[test]
fn the_schema_of_a_union_is_utoipas() {
    use utoipa::{PartialSchema, ToSchema};

    #[derive(Deserialize, Serialize, ToSchema)]
    struct Cat {
        lives: i64,
    }

    #[derive(Serialize, ToSchema)]
    #[serde(tag = "pet_type", rename_all = "lowercase")]
    enum Tagged {
        Cat(Cat),
    }
    union!(Tagged, tag = "pet_type" { Cat = "cat" });

    #[derive(Serialize, ToSchema)]
    #[serde(untagged)]
    enum Untagged {
        Cat(Cat),
        Int(i64),
    }
    union!(Untagged { Cat, Int = "int" });

    let schema = |schema| serde_json::to_value(schema).unwrap();
    let cat = json!({ "$ref": "#/components/schemas/Cat" });
    let int = json!({ "type": "integer", "format": "int64" });
    assert_eq!(schema(Untagged::schema()), json!({ "oneOf": [cat, int] }));
    let tag = json!({
        "type": "object",
        "required": ["pet_type"],
        "properties": { "pet_type": { "type": "string", "enum": ["cat"] } },
    });
    assert_eq!(schema(Tagged::schema()), json!({ "oneOf": [{ "allOf": [cat, tag] }] }));
}
