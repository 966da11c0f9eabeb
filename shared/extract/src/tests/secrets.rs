//! What is secret by its type is in no answer.

use std::collections::{BTreeMap, HashMap};
use std::fmt;

use axum::body::Body;
use axum::extract::FromRequest;
use axum::response::IntoResponse;
use serde::de::value::MapAccessDeserializer;
use serde::de::{IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::*;

#[derive(Debug, Deserialize)]
struct UserCreate {
    #[expect(dead_code, reason = "it is only read")]
    email: String,
    password: Secret,
}

#[tokio::test]
async fn a_missing_field_shows_the_object_around_it_without_the_secret() {
    let answer = answer::<UserCreate>(json!({ "password": "hunter2", "other": "seen" })).await;
    assert_eq!(
        answer,
        concat!(
            r#"422 {"detail":[{"type":"missing","loc":["body","email"],"msg":"Field required","#,
            r#""input":{"password":"**********","other":"seen"}}]}"#
        )
    );
}

#[tokio::test]
async fn a_secret_of_another_type_is_not_shown_either() {
    for wrong in [json!(5), json!(true), json!(["hunter2"]), json!({ "a": "hunter2" })] {
        let answer = answer::<UserCreate>(json!({ "email": 1, "password": wrong })).await;
        assert_eq!(
            answer,
            invalid([
                problem("string_type", json!(["body", "email"]), json!(1)),
                problem("string_type", json!(["body", "password"]), json!(MASK)),
            ])
        );
    }
}

#[tokio::test]
async fn null_and_left_out_values_are_shown() {
    assert_eq!(
        answer::<UserCreate>(json!({ "password": null })).await,
        invalid([
            problem("missing", json!(["body", "email"]), json!({ "password": null })),
            problem("string_type", json!(["body", "password"]), json!(null)),
        ])
    );
    assert_eq!(
        answer::<UserCreate>(json!({ "email": "anna" })).await,
        invalid([problem("missing", json!(["body", "password"]), json!({ "email": "anna" }))])
    );
}

#[test]
fn a_secret_is_read_as_its_value_is() {
    let user: UserCreate = serde_json::from_value(json!({ "email": "", "password": "p" })).unwrap();
    assert_eq!(user.password.expose(), "p");
    assert_eq!(user.password.clone().into_exposed(), "p");
    assert_eq!(format!("{user:?}"), r#"UserCreate { email: "", password: Secret("**********") }"#);
    assert_eq!(format!("{:?}", Secret::from(5)), r#"Secret("**********")"#);

    let uri = "/?email=&password=p".parse().unwrap();
    let axum::extract::Query(user) =
        axum::extract::Query::<UserCreate>::try_from_uri(&uri).unwrap();
    assert_eq!(user.password.expose(), "p");
}

#[tokio::test]
async fn a_secret_is_coerced_as_its_value_is() {
    let app = Router::new().route(
        "/",
        post(async |Json(pins): Json<Vec<Secret<i64>>>| {
            Json(pins.iter().map(|pin| *pin.expose()).collect::<Vec<_>>())
        }),
    );
    assert_eq!(sends(&app, &json!(["5", 6.0])).await, "200 [5,6]");
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "it is only read")]
struct Deep {
    name: String,
    users: Vec<UserCreate>,
    first: Option<UserCreate>,
    tokens: BTreeMap<String, Secret<i64>>,
    pair: (i64, Secret),
    recovery: Option<Secret<Vec<String>>>,
    login: Login,
    labels: BTreeMap<i64, bool>,
    anything: Value,
}

/// Each variant in serde's usual form: an object with its name as the only key.
#[derive(Deserialize)]
#[expect(dead_code, reason = "it is only read")]
enum Login {
    Anonymous,
    Token(Secret),
    Password { name: String, password: Secret },
    Pair(String, Secret),
}

fn deep() -> Value {
    json!({
        "name": "n",
        "users": [{ "email": "e", "password": "hunter2" }],
        "first": { "email": "e", "password": "hunter2" },
        "tokens": { "a": "1234567", "b": 1_234_567 },
        "pair": [1, "hunter2"],
        "recovery": ["hunter2"],
        "login": { "Password": { "name": "n", "password": "hunter2" } },
        "labels": { "1": true },
        "anything": { "a": [1, "x"] },
    })
}

#[tokio::test]
async fn secrets_are_hidden_at_any_depth() {
    assert_eq!(answer::<Deep>(deep()).await, "200 ");

    let mut sent = deep();
    sent.as_object_mut().unwrap().shift_remove("name");
    assert_eq!(
        answer::<Deep>(sent).await,
        invalid([problem(
            "missing",
            json!(["body", "name"]),
            json!({
                "users": [{ "email": "e", "password": MASK }],
                "first": { "email": "e", "password": MASK },
                "tokens": { "a": MASK, "b": MASK },
                "pair": [1, MASK],
                "recovery": MASK,
                "login": { "Password": { "name": "n", "password": MASK } },
                "labels": { "1": true },
                "anything": { "a": [1, "x"] },
            })
        )])
    );
}

/// Every place in a value, as a JSON pointer.
fn places(value: &Value, place: &str, all: &mut Vec<String>) {
    all.push(place.to_owned());
    let entries: Vec<(String, &Value)> = match value {
        Value::Object(object) => object.iter().map(|(name, value)| (name.clone(), value)).collect(),
        Value::Array(items) => {
            items.iter().enumerate().map(|(index, item)| (index.to_string(), item)).collect()
        }
        _ => Vec::new(),
    };
    for (name, value) in entries {
        places(value, &format!("{place}/{name}"), all);
    }
}

/// The value with something else at a place, or with nothing where that has a name.
fn damaged(value: &Value, place: &str, other: Option<&Value>) -> Value {
    let mut value = value.clone();
    let (parent, name) = place.rsplit_once('/').unwrap_or_default();
    match (other, value.pointer_mut(parent)) {
        (None, Some(Value::Object(object))) => drop(object.shift_remove(name)),
        (None, _) => {}
        (Some(other), _) => value.pointer_mut(place).into_iter().for_each(|v| *v = other.clone()),
    }
    value
}

/// Sends a request with any two places of it damaged, the first of them in each of these ways. How
/// many were refused, and in how many answers a secret was hidden; none shows one.
pub(super) async fn send_damaged(
    app: &Router,
    sent: &Value,
    others: &[Option<Value>],
) -> (usize, usize) {
    let mut all = Vec::new();
    places(sent, "", &mut all);
    let (mut refused, mut masked) = (0, 0);
    for first in &all {
        for other in others {
            let sent = damaged(sent, first, other.as_ref());
            for second in &all {
                let answer = sends(app, &damaged(&sent, second, None)).await;
                assert!(!answer.contains("hunter2"), "{first} {other:?} {second}: {answer}");
                assert!(!answer.contains("1234567"), "{first} {other:?} {second}: {answer}");
                refused += usize::from(answer.starts_with("422 "));
                masked += usize::from(answer.contains(MASK));
            }
        }
    }
    (refused, masked)
}

#[tokio::test]
async fn no_damage_to_a_request_brings_a_secret_to_light() {
    let others = [None, Some(json!(null)), Some(json!(-1.5)), Some(json!({})), Some(json!(["x"]))];
    let (refused, masked) = send_damaged(&reads::<Deep>(), &deep(), &others).await;
    assert!(refused > 3_000 && masked > 2_000, "{refused} refused, {masked} with a secret");
}

#[tokio::test]
async fn a_secret_is_hidden_under_any_name_that_its_field_has() {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    #[expect(dead_code, reason = "it is only read")]
    struct Renamed {
        name: String,
        api_key: Secret,
        #[serde(rename = "pass", alias = "pw", alias = "pwd")]
        password: Option<Secret>,
    }
    for key in ["pass", "pw", "pwd"] {
        let sent = json!({ "apiKey": "hunter2", key: "hunter2", "api_key": "not a field" });
        let shown = json!({ "apiKey": MASK, key: MASK, "api_key": "not a field" });
        let answer = answer::<Renamed>(sent).await;
        assert_eq!(answer, invalid([problem("missing", json!(["body", "name"]), shown)]));
    }
}

/// Refuses placeholders.
#[derive(Deserialize, PartialEq, Eq, PartialOrd, Ord)]
#[serde(try_from = "String")]
struct Email(String);

impl TryFrom<String> for Email {
    type Error = &'static str;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        if text.contains('@') { Ok(Self(text)) } else { Err("no @ in it") }
    }
}

fn no_at(loc: Value, input: Value) -> Value {
    problem_with("value_error", loc, "Value error, no @ in it", input, json!({ "error": {} }))
}

#[tokio::test]
async fn a_secret_behind_a_refused_value_is_hidden() {
    #[derive(Deserialize)]
    #[expect(dead_code, reason = "it is only read")]
    struct Signup {
        name: String,
        email: Email,
        password: Secret,
    }
    let answer = answer::<Vec<Signup>>(json!([
        { "email": "a@b", "password": "hunter2" },
        { "password": "hunter2", "email": "a" },
        { "password": "hunter2" },
    ]))
    .await;
    assert_eq!(
        answer,
        invalid([
            problem(
                "missing",
                json!(["body", 0, "name"]),
                json!({ "email": "a@b", "password": MASK })
            ),
            problem(
                "missing",
                json!(["body", 1, "name"]),
                json!({ "password": MASK, "email": "a" })
            ),
            no_at(json!(["body", 1, "email"]), json!("a")),
            problem("missing", json!(["body", 2, "name"]), json!({ "password": MASK })),
            problem("missing", json!(["body", 2, "email"]), json!({ "password": MASK })),
        ])
    );
}

#[tokio::test]
async fn a_secret_behind_a_thousand_problems_is_hidden() {
    let users = vec![json!({ "password": "hunter2" }); 1_001];
    let answer = answer::<Vec<UserCreate>>(json!(users)).await;
    assert_eq!(answer.matches(MASK).count(), 1_000);
    assert!(!answer.contains("hunter2"));
}

#[tokio::test]
async fn a_secret_beside_an_unknown_field_is_hidden() {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "it is only read")]
    struct Strict {
        name: String,
        password: Secret,
    }
    let answer = answer::<Vec<Strict>>(json!([
        { "password": "hunter2" },
        { "other": [1], "password": "hunter2" },
    ]))
    .await;
    assert_eq!(
        answer,
        invalid([
            problem("missing", json!(["body", 0, "name"]), json!({ "password": MASK })),
            problem(
                "missing",
                json!(["body", 1, "name"]),
                json!({ "other": [1], "password": MASK })
            ),
            problem("extra_forbidden", json!(["body", 1, "other"]), json!([1])),
        ])
    );
}

#[tokio::test]
async fn a_type_may_be_made_from_one_with_a_secret() {
    #[derive(Deserialize)]
    #[serde(try_from = "UserCreate")]
    struct Checked;

    impl TryFrom<UserCreate> for Checked {
        type Error = &'static str;
        fn try_from(_: UserCreate) -> Result<Self, Self::Error> {
            Err("no @ in it")
        }
    }
    assert_eq!(
        answer::<Checked>(json!({ "email": "e", "password": "hunter2" })).await,
        invalid([no_at(json!(["body"]), json!({ "email": "e", "password": MASK }))])
    );
    assert_eq!(
        answer::<Secret<Email>>(json!("hunter2")).await,
        invalid([no_at(json!(["body"]), json!(MASK))])
    );
}

#[tokio::test]
async fn values_that_cannot_be_looked_into_are_hidden() {
    #[derive(Deserialize)]
    #[expect(dead_code, reason = "it is only read")]
    struct Outer {
        name: String,
        by_email: BTreeMap<Email, Secret>,
        after_email: (Email, Secret),
    }
    let sent = json!({ "by_email": { "a": "hunter2" }, "after_email": ["a@b", "hunter2"] });
    let shown = json!({ "by_email": { "a": MASK }, "after_email": ["a@b", MASK] });
    assert_eq!(
        answer::<Vec<Outer>>(json!([{ "by_email": {}, "after_email": ["a@b", ""] }, sent])).await,
        invalid([
            problem(
                "missing",
                json!(["body", 0, "name"]),
                json!({ "by_email": {}, "after_email": ["a@b", MASK] })
            ),
            problem("missing", json!(["body", 1, "name"]), shown),
            no_at(json!(["body", 1, "by_email", "a"]), json!("a")),
        ])
    );
}

#[tokio::test]
async fn a_key_that_its_map_refuses_is_shown() {
    assert_eq!(
        answer::<BTreeMap<i64, Secret>>(json!({ "x": "hunter2" })).await,
        invalid([problem("int_parsing", json!(["body", "x"]), json!("x"))])
    );
}

#[tokio::test]
async fn a_value_of_another_shape_is_hidden_if_it_could_hold_a_secret() {
    let attributes = |input| invalid([problem("model_attributes_type", json!(["body"]), input)]);
    for sent in [json!(["anna", "hunter2"]), json!("anna:hunter2"), json!(5)] {
        assert_eq!(answer::<UserCreate>(sent).await, attributes(json!(MASK)));
    }
    assert_eq!(answer::<UserCreate>(json!(null)).await, attributes(json!(null)));
    let sent = br#"{"email":"e","password":"hunter2"}"#;
    assert_eq!(ask(&reads::<UserCreate>(), "POST /", &[], sent).await, attributes(json!(MASK)));
    // Without a secret it is shown, as FastAPI does.
    assert_eq!(answer::<Item>(json!(["hunter2"])).await, attributes(json!(["hunter2"])));

    for (answer, kind) in [
        (answer::<Vec<UserCreate>>(json!({ "password": "hunter2" })).await, "list_type"),
        (answer::<(i64, UserCreate)>(json!({ "password": "hunter2" })).await, "tuple_type"),
        (answer::<BTreeMap<i64, UserCreate>>(json!(["hunter2"])).await, "dict_type"),
    ] {
        assert_eq!(answer, invalid([problem(kind, json!(["body"]), json!(MASK))]));
    }
    assert_eq!(
        answer::<(String, Secret)>(json!(["hunter2"])).await,
        invalid([problem("missing", json!(["body", 1]), json!(MASK))])
    );
}

#[tokio::test]
async fn unknown_values_are_shown() {
    let sent = json!({ "email": ["hunter2"], "pasword": "hunter2" });
    assert_eq!(
        answer::<UserCreate>(sent.clone()).await,
        invalid([
            problem("string_type", json!(["body", "email"]), json!(["hunter2"])),
            problem("missing", json!(["body", "password"]), sent),
        ])
    );
}

#[tokio::test]
async fn secret_parameters_are_hidden() {
    #[derive(Deserialize)]
    #[expect(dead_code, reason = "it is only read")]
    struct Sent {
        x_pin: Secret<i64>,
        #[serde(default)]
        x_ids: Vec<Secret<i64>>,
        visible: bool,
    }
    let app = Router::new()
        .route("/query", get(async |_: Query<Sent>| ()))
        .route("/header", get(async |_: Header<Sent>| ()))
        .route("/cookie", get(async |_: Cookie<Sent>| ()))
        .route("/map", get(async |_: Query<BTreeMap<String, Secret<bool>>>| ()))
        .route("/struct/{x_pin}/{visible}", get(async |_: Path<Sent>| ()))
        .route("/tuple/{a}/{b}", get(async |_: Path<(i64, Secret<i64>)>| ()))
        .route("/one/{pin}", get(async |_: Path<Secret<i64>>| ()));
    let parsing = |loc| problem("int_parsing", loc, json!(MASK));
    let visible = |loc| problem("bool_parsing", loc, json!("seen"));
    for (uri, headers, problems) in [
        (
            "/query?x_pin=hunter2&visible=seen&x_ids=5&x_ids=hunter2",
            &[] as Pairs<'_>,
            vec![
                parsing(json!(["query", "x_pin"])),
                parsing(json!(["query", "x_ids", 1])),
                visible(json!(["query", "visible"])),
            ],
        ),
        (
            "/header",
            &[("X-Pin", "hunter2"), ("visible", "seen"), ("x-ids", "hunter2")],
            vec![
                parsing(json!(["header", "x-pin"])),
                parsing(json!(["header", "x-ids", 0])),
                visible(json!(["header", "visible"])),
            ],
        ),
        (
            "/cookie",
            &[("cookie", "x_pin=hunter2; visible=seen")],
            vec![parsing(json!(["cookie", "x_pin"])), visible(json!(["cookie", "visible"]))],
        ),
        (
            "/map?a=hunter2&b=1",
            &[],
            vec![problem("bool_parsing", json!(["query", "a"]), json!(MASK))],
        ),
        (
            "/struct/hunter2/seen",
            &[],
            vec![parsing(json!(["path", "x_pin"])), visible(json!(["path", "visible"]))],
        ),
        (
            "/tuple/x/hunter2",
            &[],
            vec![
                problem("int_parsing", json!(["path", "a"]), json!("x")),
                parsing(json!(["path", "b"])),
            ],
        ),
        ("/one/hunter2", &[], vec![parsing(json!(["path", "pin"]))]),
    ] {
        let answer = ask(&app, &format!("GET {uri}"), headers, b"").await;
        assert_eq!(answer, format!("422 {}", json!({ "detail": problems })), "{uri}");
    }
}

#[tokio::test]
async fn all_gathers_problems_without_their_secrets() {
    type Both = All<(Query<BTreeMap<String, Secret<i64>>>, Json<UserCreate>)>;
    let app = Router::new().route("/", post(async |_: Both| ()));
    let answer = ask(&app, "POST /?pin=hunter2", JSON, br#"{"password":"hunter2"}"#).await;
    assert_eq!(
        answer,
        invalid([
            problem("int_parsing", json!(["query", "pin"]), json!(MASK)),
            problem("missing", json!(["body", "email"]), json!({ "password": MASK })),
        ])
    );
}

#[tokio::test]
async fn the_refusal_and_the_log_know_no_secret() {
    let body = Body::from(r#"{"password":"hunter2"}"#);
    let request = Request::post("/").header("content-type", "application/json").body(body).unwrap();
    let rejection = Json::<UserCreate>::from_request(request, &()).await.unwrap_err();
    assert!(!format!("{rejection:?}").contains("hunter2"));
    let response = rejection.into_response();
    let refusal = response.extensions().get::<Refusal>().unwrap();
    assert_eq!(refusal.detail[0]["input"], json!({ "password": MASK }));
}

#[tokio::test]
async fn a_type_of_ones_own_is_made_secret_by_its_field() {
    #[derive(Deserialize)]
    struct Password(String);

    #[derive(Deserialize)]
    struct Change {
        #[serde(deserialize_with = "secret")]
        new: Password,
        #[serde(default, deserialize_with = "secret")]
        old: Option<Password>,
    }
    let app = Router::new().route(
        "/",
        post(async |Json(change): Json<Change>| {
            Json((change.new.0, change.old.map(|Password(old)| old)))
        }),
    );
    assert_eq!(sends(&app, &json!({ "new": "a" })).await, r#"200 ["a",null]"#);
    assert_eq!(sends(&app, &json!({ "new": "a", "old": null })).await, r#"200 ["a",null]"#);
    assert_eq!(sends(&app, &json!({ "new": "a", "old": "b" })).await, r#"200 ["a","b"]"#);
    let shown = json!({ "old": MASK, "other": 1 });
    assert_eq!(
        sends(&app, &json!({ "old": "hunter2", "other": 1 })).await,
        invalid([problem("missing", json!(["body", "new"]), shown)])
    );
    assert_eq!(
        sends(&app, &json!({ "new": "a", "old": 5 })).await,
        invalid([problem("string_type", json!(["body", "old"]), json!(MASK))])
    );
}

#[tokio::test]
async fn the_content_of_a_variant_is_hidden_whatever_the_tag_says() {
    #[derive(Deserialize)]
    #[serde(tag = "kind", content = "with")]
    #[expect(dead_code, reason = "it is only read")]
    enum Tagged {
        Nobody,
        Pin(i64),
        User(UserCreate),
    }
    #[derive(Deserialize)]
    #[expect(dead_code, reason = "it is only read")]
    struct Outer {
        name: String,
        login: Tagged,
    }
    let with = json!({ "password": "hunter2", "email": "e" });
    let shown = json!({ "password": MASK, "email": "e" });
    let fits = json!({ "name": "n", "login": { "with": with, "kind": "User" } });
    assert_eq!(answer::<Outer>(fits).await, "200 ");

    let answer = answer::<Outer>(json!({ "login": { "with": with, "kind": "User" } })).await;
    let shown_login = json!({ "login": { "with": shown, "kind": "User" } });
    assert_eq!(answer, invalid([problem("missing", json!(["body", "name"]), shown_login)]));

    for login in [json!({ "with": with, "kind": "Usr" }), json!({ "with": with })] {
        let answer = super::secrets::answer::<Outer>(json!({ "name": "n", "login": login })).await;
        assert!(answer.starts_with("422 "), "{answer}");
        assert!(!answer.contains("hunter2"), "{answer}");
    }
}

#[tokio::test]
async fn a_type_that_decides_by_what_is_sent_hides_its_secrets() {
    struct User;

    impl<'de> Visitor<'de> for User {
        type Value = ();

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a name or a user")
        }

        fn visit_str<E>(self, _: &str) -> Result<(), E> {
            Ok(())
        }

        fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<(), A::Error> {
            UserCreate::deserialize(MapAccessDeserializer::new(map)).map(|_| ())
        }
    }

    fn name_or_user<'de, D: Deserializer<'de>>(deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(User)
    }

    #[derive(Deserialize)]
    #[expect(dead_code, reason = "it is only read")]
    struct Outer {
        id: i64,
        #[serde(deserialize_with = "name_or_user")]
        user: (),
    }
    for (sent, shown) in [
        (json!("anna"), json!("anna")),
        (json!({ "email": "e", "password": "hunter2" }), json!({ "email": "e", "password": MASK })),
    ] {
        let answer = answer::<Outer>(json!({ "user": sent })).await;
        let shown = json!({ "user": shown });
        assert_eq!(answer, invalid([problem("missing", json!(["body", "id"]), shown)]));
    }
}

#[tokio::test]
async fn a_visitor_of_ones_own_may_read_each_value_as_something_else() {
    struct ByHand;

    impl<'de> Visitor<'de> for ByHand {
        type Value = ();

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a user")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
            while let Some(key) = map.next_key::<String>()? {
                match key.as_str() {
                    "password" => map.next_value::<Secret>().map(drop)?,
                    _ => map.next_value::<i64>().map(drop)?,
                }
            }
            Ok(())
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
            seq.next_element::<i64>()?;
            seq.next_element::<Secret>().map(drop)
        }
    }

    fn map<'de, D: Deserializer<'de>>(deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(ByHand)
    }

    fn seq<'de, D: Deserializer<'de>>(deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(ByHand)
    }

    #[derive(Deserialize)]
    #[expect(dead_code, reason = "it is only read")]
    struct Outer {
        id: i64,
        #[serde(deserialize_with = "map")]
        map: (),
        #[serde(deserialize_with = "seq")]
        seq: (),
    }
    let sent = json!({ "map": { "a": 1, "password": "hunter2" }, "seq": [1, "hunter2"] });
    let shown = json!({ "map": { "a": 1, "password": MASK }, "seq": [1, MASK] });
    assert_eq!(
        answer::<Outer>(sent).await,
        invalid([problem("missing", json!(["body", "id"]), shown)])
    );
}

#[tokio::test]
async fn so_may_one_that_makes_a_plain_collection() {
    struct ByHand<T>(T);

    impl<'de> Visitor<'de> for ByHand<BTreeMap<String, String>> {
        type Value = BTreeMap<String, String>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a map")
        }

        fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<Self::Value, A::Error> {
            while let Some(key) = map.next_key::<String>()? {
                let value = match key.as_str() {
                    "password" => map.next_value::<Secret>()?.into_exposed(),
                    _ => map.next_value()?,
                };
                self.0.insert(key, value);
            }
            Ok(self.0)
        }
    }

    impl<'de> Visitor<'de> for ByHand<Vec<String>> {
        type Value = Vec<String>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a list")
        }

        fn visit_seq<A: SeqAccess<'de>>(mut self, mut seq: A) -> Result<Self::Value, A::Error> {
            self.0.extend(seq.next_element()?);
            self.0.extend(seq.next_element::<Secret>()?.map(Secret::into_exposed));
            Ok(self.0)
        }
    }

    fn map<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<BTreeMap<String, String>, D::Error> {
        deserializer.deserialize_map(ByHand(BTreeMap::new()))
    }

    fn seq<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
        deserializer.deserialize_seq(ByHand(Vec::new()))
    }

    #[derive(Deserialize)]
    #[expect(dead_code, reason = "it is only read")]
    struct Outer {
        id: i64,
        #[serde(deserialize_with = "map")]
        map: BTreeMap<String, String>,
        #[serde(deserialize_with = "seq")]
        seq: Vec<String>,
    }
    let sent = json!({ "map": { "a": "b", "password": "hunter2" }, "seq": ["a", "hunter2"] });
    let shown = json!({ "map": { "a": "b", "password": MASK }, "seq": ["a", MASK] });
    assert_eq!(
        answer::<Outer>(sent).await,
        invalid([problem("missing", json!(["body", "id"]), shown)])
    );
}

#[tokio::test]
async fn a_list_of_one_type_is_shown_to_its_end() {
    #[derive(Deserialize)]
    #[expect(dead_code, reason = "it is only read")]
    struct Cell {
        count: i64,
        pin: Secret,
    }
    #[derive(Deserialize)]
    #[expect(dead_code, reason = "it is only read")]
    struct User {
        email: Email,
        password: Secret,
    }
    #[derive(Deserialize)]
    #[expect(dead_code, reason = "it is only read")]
    struct Outer {
        id: i64,
        // A placeholder is none of these, so only the first can be asked.
        users: Vec<User>,
        deep: Vec<Vec<Vec<Vec<Cell>>>>,
        by_colour: HashMap<Colour, Vec<Option<Secret>>>,
    }
    // More places than a type is asked about, but all of them are alike.
    let deep = |pin| vec![vec![vec![vec![json!({ "count": 1, "pin": pin }); 8]; 8]; 8]; 8];
    let user = |password| json!({ "email": "a@b", "password": password });
    let sent = json!({
        "users": vec![user("hunter2"); 20],
        "deep": deep("hunter2"),
        "by_colour": { "red": [null, "hunter2"] },
    });
    let shown = json!({
        "users": vec![user(MASK); 20],
        "deep": deep(MASK),
        "by_colour": { "red": [null, MASK] },
    });
    assert_eq!(
        answer::<Outer>(sent).await,
        invalid([problem("missing", json!(["body", "id"]), shown)])
    );
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "it is only read")]
struct Extended {
    name: String,
    password: Secret,
    #[serde(flatten)]
    more: BTreeMap<String, Value>,
}

#[tokio::test]
async fn a_secret_beside_a_flattened_field_is_hidden() {
    let sent = json!({ "a": { "b": 1 }, "password": "hunter2", "c": 2 });
    let shown = json!({ "a": { "b": 1 }, "password": MASK, "c": 2 });
    assert_eq!(
        answer::<Extended>(sent).await,
        invalid([problem("missing", json!(["body", "name"]), shown)])
    );
}

#[tokio::test]
async fn names_without_end_count_as_secret() {
    let mut sent: serde_json::Map<_, _> =
        (0..5_000).map(|number| (format!("k{number}"), json!("seen"))).collect();
    sent.insert("password".to_owned(), json!("hunter2"));
    let answer = answer::<Extended>(Value::Object(sent)).await;
    assert!(answer.starts_with("422 ") && answer.contains(r#""k0":"seen""#), "{answer}");
    assert!(answer.ends_with(r#""password":"**********"}}]}"#), "{answer}");
}

#[tokio::test]
async fn a_map_of_one_type_may_have_any_number_of_keys() {
    #[derive(Deserialize)]
    #[expect(dead_code, reason = "it is only read")]
    struct Counted {
        count: i64,
        pin: Option<Secret>,
    }
    #[derive(Deserialize)]
    #[expect(dead_code, reason = "it is only read")]
    struct Outer {
        id: i64,
        counts: HashMap<String, i64>,
        counted: HashMap<String, Counted>,
    }
    let map = |value: Value| {
        let entries = (0..5_000).map(|number| (format!("k{number}"), value.clone()));
        Value::Object(entries.collect())
    };
    let (counts, sent) = (map(json!(1)), map(json!({ "count": 1, "pin": "hunter2" })));
    let shown = json!({ "counts": counts, "counted": map(json!({ "count": 1, "pin": MASK })) });
    assert_eq!(
        answer::<Outer>(json!({ "counts": counts, "counted": sent })).await,
        invalid([problem("missing", json!(["body", "id"]), shown)])
    );
}

#[tokio::test]
async fn values_beside_a_secret_are_shown() {
    #[derive(Deserialize)]
    #[expect(dead_code, reason = "it is only read")]
    struct Outer {
        id: i64,
        // Structs with fields of which a placeholder must have all.
        tuple: (Order, Secret, i64),
        ignored: IgnoredAny,
        #[serde(deserialize_with = "anything")]
        lenient: String,
    }

    fn anything<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
        Ok(String::deserialize(deserializer).unwrap_or_default())
    }

    let payer = json!({ "name": "n" });
    let order = json!({ "items": [], "payer": payer, "address": ["street", 1] });
    let sent = json!({ "tuple": [order, "hunter2", 7], "ignored": { "a": 1 }, "lenient": "x" });
    let shown = json!({ "tuple": [order, MASK, 7], "ignored": { "a": 1 }, "lenient": "x" });
    assert_eq!(
        answer::<Outer>(sent).await,
        invalid([problem("missing", json!(["body", "id"]), shown)])
    );
}

#[tokio::test]
async fn a_type_inside_itself_is_searched_once() {
    #[derive(Deserialize)]
    #[expect(dead_code, reason = "it is only read")]
    struct Tree {
        name: String,
        left: Option<Box<Tree>>,
        right: Option<Box<Tree>>,
        secret: Option<Secret>,
    }
    #[derive(Deserialize)]
    #[expect(dead_code, reason = "it is only read")]
    struct Plain {
        left: Option<Box<Plain>>,
        right: Option<Box<Plain>>,
    }
    #[derive(Deserialize)]
    #[expect(dead_code, reason = "it is only read")]
    struct Lists(Vec<Lists>);

    let leaf = json!({ "name": "n", "secret": "hunter2" });
    let shown = json!({ "left": { "name": "n", "secret": MASK }, "right": MASK });
    assert_eq!(
        answer::<Tree>(json!({ "left": leaf, "right": "hunter2" })).await,
        invalid([
            problem("missing", json!(["body", "name"]), shown),
            problem("model_attributes_type", json!(["body", "right"]), json!(MASK)),
        ])
    );
    assert_eq!(
        answer::<Plain>(json!({ "left": 5 })).await,
        invalid([problem("model_attributes_type", json!(["body", "left"]), json!(5))])
    );
    assert_eq!(
        answer::<Lists>(json!([[], [[], 5]])).await,
        invalid([problem("list_type", json!(["body", 1, 1]), json!(5))])
    );
}

mod buffered {
    use super::*;

    #[derive(Deserialize)]
    #[expect(dead_code, reason = "it is only read")]
    struct Flattened {
        name: String,
        #[serde(flatten)]
        user: UserCreate,
    }

    #[derive(Deserialize)]
    #[serde(untagged)]
    #[expect(dead_code, reason = "it is only read")]
    enum Untagged {
        Pin { pin: i64 },
        User(UserCreate),
    }

    #[derive(Deserialize)]
    #[serde(tag = "kind")]
    #[expect(dead_code, reason = "it is only read")]
    enum Tagged {
        Pin { pin: i64 },
        User(UserCreate),
    }

    fn sent() -> Value {
        json!({ "kind": "User", "name": "n", "email": "e", "password": "hunter2" })
    }

    fn without(name: &str) -> Value {
        let mut sent = sent();
        sent.as_object_mut().unwrap().remove(name);
        sent
    }

    #[tokio::test]
    async fn a_secret_that_serde_hides_from_us_is_refused() {
        let refused = "500 Internal Server Error";
        assert_eq!(answer::<Flattened>(sent()).await, refused);
        assert_eq!(answer::<Untagged>(sent()).await, refused);
        assert_eq!(answer::<Vec<Tagged>>(json!([sent()])).await, refused);
        // A 422 would show it.
        assert_eq!(answer::<Flattened>(without("email")).await, refused);
        assert_eq!(answer::<Untagged>(without("email")).await, refused);
        assert_eq!(answer::<Tagged>(without("email")).await, refused);
    }

    #[tokio::test]
    async fn so_is_one_that_a_type_reads_by_itself() {
        struct Reads;

        impl<'de> Deserialize<'de> for Reads {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let value = Value::deserialize(deserializer)?;
                let read = serde_json::from_value::<UserCreate>(value);
                read.map(|_| Self).map_err(serde::de::Error::custom)
            }
        }
        assert_eq!(answer::<Reads>(sent()).await, "500 Internal Server Error");
    }

    #[tokio::test]
    async fn hide_input_allows_it() {
        let hidden = |app: Router| app.layer(Extension(HideInput));
        assert_eq!(sends(&hidden(reads::<Flattened>()), &sent()).await, "200 ");
        assert_eq!(sends(&hidden(reads::<Untagged>()), &sent()).await, "200 ");
        assert_eq!(
            sends(&hidden(reads::<Tagged>()), &without("email")).await,
            r#"422 {"detail":[{"type":"missing","loc":["body","email"],"msg":"Field required"}]}"#
        );
    }

    #[tokio::test]
    async fn inside_another_secret_it_is_hidden_with_that() {
        assert_eq!(answer::<Secret<Flattened>>(sent()).await, "200 ");
        assert_eq!(
            answer::<Secret<Flattened>>(without("email")).await,
            invalid([problem("missing", json!(["body", "email"]), json!(MASK))])
        );
    }

    #[tokio::test]
    async fn without_secrets_everything_is_shown() {
        #[derive(Deserialize)]
        #[serde(untagged)]
        #[expect(dead_code, reason = "it is only read")]
        enum Plain {
            Pin { pin: i64 },
            Name { name: i64 },
        }
        let words = "Value error, data did not match any variant of untagged enum Plain";
        assert_eq!(
            answer::<Plain>(json!({ "pin": "x" })).await,
            invalid([problem_with(
                "value_error",
                json!(["body"]),
                words,
                json!({ "pin": "x" }),
                json!({ "error": {} })
            )])
        );
    }
}

#[tokio::test]
async fn earlier_readings_do_not_count() {
    let user = json!({ "email": "e", "password": "p" });
    serde_json::from_value::<UserCreate>(user.clone()).unwrap();
    assert_eq!(answer::<UserCreate>(user).await, "200 ");
}
