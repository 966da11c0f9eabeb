//! What holds whatever a client sends.

use std::collections::HashMap;

use proptest::collection::{btree_map, hash_map, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::*;

/// Some of all that types are made of.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
struct Everything {
    a: i64,
    b: Option<String>,
    #[serde(default)]
    c: Vec<Inner>,
    d: BTreeMap<String, f64>,
    e: HashMap<i64, bool>,
    f: (u8, Option<i8>),
    g: Shape,
    h: Option<Box<Everything>>,
    i: Adjacent,
    j: Option<Tagged>,
    k: char,
}

#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
struct Inner {
    a: i64,
    #[serde(flatten)]
    rest: Rest,
}

#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
struct Rest {
    b: Option<i64>,
    c: bool,
}

#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
enum Shape {
    A,
    B(i64),
    C(i64, bool),
    D { a: i64, b: String },
}

#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(tag = "a", content = "b")]
enum Adjacent {
    A,
    B(i64),
    C { a: i64 },
}

#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(tag = "a")]
enum Tagged {
    A,
    B { b: i64 },
}

/// The same, with a secret wherever one may be.
#[derive(Deserialize)]
#[expect(dead_code, reason = "it is only read")]
struct Secrets {
    a: Secret,
    b: Option<Secret<Vec<i64>>>,
    #[serde(default)]
    c: Vec<Secrets>,
    d: BTreeMap<String, Secret<f64>>,
    e: HashMap<i64, (bool, Secret)>,
    f: (u8, Secret<i8>),
    g: SecretShape,
    h: i64,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "it is only read")]
enum SecretShape {
    A,
    B(Secret<i64>),
    C(i64, Secret),
    D { a: i64, b: Secret },
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "it is only read")]
struct Sent {
    a: i64,
    b: Option<bool>,
    #[serde(default)]
    c: Vec<f64>,
    d: Secret<i64>,
}

/// Nothing is around: no layer, no schema.
/// A reading ends with a value, or with problems that an answer can be made of.
fn reads<T: DeserializeOwned>(source: &str, input: lax::Input<'_>) -> Result<(), TestCaseError> {
    match notes::read::<T>(source, input, AROUND) {
        Ok(_) => {}
        Err(Rejection::Invalid(problems)) => {
            prop_assert!((1..=1_000).contains(&problems.len()));
            prop_assert!(problems.iter().all(|problem| problem.loc[0] == source));
        }
        Err(other) => prop_assert!(false, "{other:?}"),
    }
    Ok(())
}

fn reads_json(value: &Value) -> Result<(), TestCaseError> {
    let input = lax::Input::Json(value);
    reads::<Everything>("body", input)?;
    reads::<Vec<Everything>>("body", input)?;
    reads::<Secrets>("body", input)?;
    reads::<BTreeMap<String, Shape>>("body", input)?;
    reads::<(Adjacent, Option<Inner>, Value)>("body", input)?;
    reads::<HashMap<Colour, Vec<Tagged>>>("body", input)
}

fn reads_params(source: &'static str, pairs: &[(String, String)]) -> Result<(), TestCaseError> {
    let pairs = pairs.iter().map(|(name, value)| (name.into(), value.into()));
    let params = params::Params::new(source, pairs);
    let input = lax::Input::Params(&params);
    reads::<Sent>(source, input)?;
    reads::<Everything>(source, input)?;
    reads::<BTreeMap<String, i64>>(source, input)?;
    reads::<HashMap<i64, Vec<bool>>>(source, input)?;
    reads::<(i64, Option<bool>)>(source, input)?;
    reads::<Option<i64>>(source, input)
}

/// Names that the types above know, and others.
fn names() -> impl Strategy<Value = String> {
    let known = "a b c d e f g h i j k A B C D red 1 -5".split(' ').collect::<Vec<_>>();
    prop_oneof![9 => select(known).prop_map(str::to_owned), 1 => any::<String>()]
}

fn scalars() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u8>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        names().prop_map(Value::from),
    ]
}

fn values() -> impl Strategy<Value = Value> {
    scalars().prop_recursive(6, 64, 8, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            vec((names(), inner), 0..9)
                .prop_map(|pairs| Value::Object(pairs.into_iter().collect())),
        ]
    })
}

/// What is nearly JSON.
fn texts() -> impl Strategy<Value = String> {
    let tokens = [
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "\"",
        "\\",
        "/",
        " ",
        "\n",
        "0",
        "1",
        "9",
        "-",
        "+",
        ".",
        "e",
        "E",
        "u",
        "n",
        "a",
        "\\u",
        "\\ud83d",
        "\\ude00",
        "null",
        "true",
        "false",
        "NaN",
        "Infinity",
        "-Infinity",
        "1e999",
        "\"a\":",
        "\"\"",
        "é",
        "한",
        "😀",
        "\0",
        "\u{1f}",
    ];
    vec(select(tokens.to_vec()), 0..12).prop_map(|tokens| tokens.concat())
}

fn everything() -> impl Strategy<Value = Everything> {
    let inner = (any::<i64>(), option::of(any::<i64>()), any::<bool>());
    let inner = inner.prop_map(|(a, b, c)| Inner { a, rest: Rest { b, c } });
    let shape = prop_oneof![
        Just(Shape::A),
        any::<i64>().prop_map(Shape::B),
        any::<(i64, bool)>().prop_map(|(a, b)| Shape::C(a, b)),
        any::<(i64, String)>().prop_map(|(a, b)| Shape::D { a, b }),
    ];
    let adjacent = prop_oneof![
        Just(Adjacent::A),
        any::<i64>().prop_map(Adjacent::B),
        any::<i64>().prop_map(|a| Adjacent::C { a }),
    ];
    let tagged = prop_oneof![Just(Tagged::A), any::<i64>().prop_map(|b| Tagged::B { b })];
    let finite = any::<f64>().prop_filter("JSON has no other numbers", |float| float.is_finite());
    let leaf = (
        any::<(i64, Option<String>, (u8, Option<i8>), char)>(),
        vec(inner, 0..3),
        btree_map(any::<String>(), finite, 0..3),
        hash_map(any::<i64>(), any::<bool>(), 0..3),
        shape,
        adjacent,
        option::of(tagged),
    );
    let leaf = leaf.prop_map(|((a, b, f, k), c, d, e, g, i, j)| Everything {
        a,
        b,
        c,
        d,
        e,
        f,
        g,
        h: None,
        i,
        j,
        k,
    });
    (leaf.clone(), option::of(leaf))
        .prop_map(|(outer, h)| Everything { h: h.map(Box::new), ..outer })
}

proptest! {
    #[test]
    fn bytes_of_any_kind_are_read_or_refused(body in any::<Vec<u8>>()) {
        if let Ok(text) = str::from_utf8(&body) {
            let _ = json_syntax::parse(text);
        }
        let lossy = String::from_utf8_lossy(&body);
        let pairs: Vec<_> = form_urlencoded::parse(lossy.as_bytes()).into_owned().collect();
        reads_json(&Value::from(lossy.as_ref()))?;
        for source in ["query", "cookie", "header", "path"] {
            reads_params(source, &pairs)?;
        }
    }

    #[test]
    fn json_of_any_kind_is_read_or_refused(value in values()) {
        reads_json(&value)?;
    }

    #[test]
    fn parameters_of_any_kind_are_read_or_refused(
        pairs in vec((names(), prop_oneof![names(), any::<i64>().prop_map(|n| n.to_string())]), 0..9),
    ) {
        for source in ["query", "cookie", "header", "path"] {
            reads_params(source, &pairs)?;
        }
    }

    #[test]
    fn a_secret_of_any_kind_is_in_no_answer(value in values()) {
        // Where the type reads a secret, it is sent.
        let mut value = json!({
            "a": "hunter2", "b": ["1234567"], "c": [value, value], "d": { "x": "1234567" },
            "e": { "1": [true, "hunter2"] }, "f": [1, "1234567"], "g": { "D": { "b": "hunter2" } },
            "h": value,
        });
        for _ in 0..2 {
            if let Err(Rejection::Invalid(problems)) =
                notes::read::<Secrets>("body", lax::Input::Json(&value), AROUND)
            {
                let shown = json!(problems).to_string();
                prop_assert!(!shown.contains("hunter2") && !shown.contains("1234567"), "{shown}");
            }
            value = json!({ "c": [value] });
        }
    }

    #[test]
    fn good_values_are_read_as_serde_json_does(sent in everything()) {
        let text = serde_json::to_string(&sent).unwrap();
        let value = json_syntax::parse(&text).unwrap();
        let read: Everything =
            notes::read("body", lax::Input::Json(&value), AROUND).expect("it fits");
        prop_assert_eq!(&read, &sent);
        prop_assert_eq!(read, serde_json::from_str(&text).unwrap());
    }

    #[test]
    fn the_two_parsers_agree_on_what_is_json(text in texts()) {
        let read = serde_json::from_str::<Value>(&text);
        prop_assert_eq!(read.is_ok(), json_scan::fault(&text).is_none());
    }
}
