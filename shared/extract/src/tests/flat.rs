//! Structs whose fields are among those of another one.

use super::*;

#[derive(Debug, Deserialize, Serialize)]
struct Base {
    username: String,
    age: i64,
    #[serde(default)]
    pins: Vec<i64>,
}

#[derive(Deserialize, Serialize)]
struct User {
    #[serde(flatten, deserialize_with = "flat")]
    base: Base,
    email: String,
    #[serde(default)]
    is_admin: bool,
}

#[derive(Deserialize, Serialize)]
struct Employee {
    salary: i64,
    #[serde(flatten, deserialize_with = "flat")]
    user: User,
    boss: Option<Base>,
}

#[tokio::test]
async fn a_flattened_struct_is_coerced() {
    let sent = json!({ "username": "u", "age": "5", "email": "e", "is_admin": "yes", "other": 1 });
    let read = json!({ "username": "u", "age": 5, "pins": [], "email": "e", "is_admin": true });
    assert_eq!(echo::<User>(sent).await, format!("200 {read}"));

    let base = json!({ "username": "b", "age": 1, "pins": [1] });
    let sent = json!({ "username": "u", "age": "5", "email": "e", "salary": 7.0, "boss": base });
    let read = json!({
        "salary": 7, "username": "u", "age": 5, "pins": [], "email": "e", "is_admin": false,
        "boss": base,
    });
    assert_eq!(echo::<Employee>(sent).await, format!("200 {read}"));
}

#[tokio::test]
async fn all_problems_of_a_flattened_struct_are_reported() {
    let sent = json!({ "email": 1, "pins": ["1", "x"], "is_admin": "maybe", "age": "y" });
    assert_eq!(
        echo::<Vec<User>>(json!([sent])).await,
        invalid([
            problem("missing", json!(["body", 0, "username"]), sent.clone()),
            problem("int_parsing", json!(["body", 0, "age"]), json!("y")),
            problem("int_parsing", json!(["body", 0, "pins", 1]), json!("x")),
            problem("string_type", json!(["body", 0, "email"]), json!(1)),
            problem("bool_parsing", json!(["body", 0, "is_admin"]), json!("maybe")),
        ])
    );
    let sent = json!({ "age": "x", "boss": { "age": "y" } });
    assert_eq!(
        echo::<Employee>(sent.clone()).await,
        invalid([
            problem("missing", json!(["body", "username"]), sent.clone()),
            problem("int_parsing", json!(["body", "age"]), json!("x")),
            problem("missing", json!(["body", "email"]), sent.clone()),
            problem("missing", json!(["body", "boss", "username"]), sent["boss"].clone()),
            problem("int_parsing", json!(["body", "boss", "age"]), json!("y")),
            problem("missing", json!(["body", "salary"]), sent),
        ])
    );
    // Nobody knows whether there is a secret in it: serde does not tell the names.
    for (sent, shown) in [(json!(["x"]), json!("**********")), (json!(null), json!(null))] {
        assert_eq!(
            echo::<Employee>(sent).await,
            invalid([problem("model_attributes_type", json!(["body"]), shown)])
        );
    }
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
    x_token: i64,
    #[serde(default)]
    x_ids: Vec<i64>,
}

#[tokio::test]
async fn parameters_may_be_flattened() {
    let app = Router::new()
        .route("/query", get(async |Query(it): Query<Search>| Json(it)))
        .route("/header", get(async |Header(it): Header<Search>| Json(it)))
        .route("/cookie", get(async |Cookie(it): Cookie<Search>| Json(it)))
        .route("/path/{limit_to}/{x_token}", get(async |Path(it): Path<Search>| Json(it)));
    let headers = [("limit-to", "1"), ("x-ids", "5"), ("X-Token", "3"), ("X-Ids", "6")];
    let fits = |sort_by: Value, x_ids: Value| {
        let read = json!({ "limit_to": 1, "sort_by": sort_by, "x_token": 3, "x_ids": x_ids });
        format!("200 {read}")
    };
    for (uri, headers, answer) in [
        (
            "/query?limit_to=1&sort_by=1&sort_by=2&x_token=3&x_ids=4&other=5&x_ids=5",
            &[] as Pairs<'_>,
            fits(json!([1, 2]), json!([4, 5])),
        ),
        ("/header", &headers, fits(json!([]), json!([5, 6]))),
        ("/cookie", &[("cookie", "limit_to=1; x_token=3")], fits(json!([]), json!([]))),
        ("/path/1/3", &[], fits(json!([]), json!([]))),
    ] {
        assert_eq!(ask(&app, &format!("GET {uri}"), headers, b"").await, answer, "{uri}");
    }
    let headers = [("limit-to", "x"), ("sort-by", "1"), ("sort-by", "y"), ("x-ids", "z")];
    for (uri, headers, source, names) in [
        (
            "/query?limit_to=x&sort_by=1&sort_by=y&x_ids=z",
            &[] as Pairs<'_>,
            "query",
            ["limit_to", "sort_by", "x_ids", "x_token"],
        ),
        ("/header", &headers, "header", ["limit-to", "sort-by", "x-ids", "x-token"]),
    ] {
        let [limit_to, sort_by, x_ids, x_token] = names;
        assert_eq!(
            ask(&app, &format!("GET {uri}"), headers, b"").await,
            invalid([
                problem("int_parsing", json!([source, limit_to]), json!("x")),
                problem("int_parsing", json!([source, sort_by, 1]), json!("y")),
                problem("int_parsing", json!([source, x_ids, 0]), json!("z")),
                problem("missing", json!([source, x_token]), json!(null)),
            ]),
            "{uri}"
        );
    }
}

#[derive(Deserialize, Serialize)]
struct Extended {
    #[serde(flatten, deserialize_with = "flat")]
    paging: Paging,
    name: String,
    #[serde(flatten)]
    more: BTreeMap<String, Value>,
}

#[tokio::test]
async fn a_map_takes_what_is_left() {
    let sent = json!({ "limit_to": "1", "a": { "b": ["1"] }, "name": "n", "c": null });
    let read = json!({ "limit_to": 1, "sort_by": [], "name": "n", "a": { "b": ["1"] }, "c": null });
    assert_eq!(echo::<Extended>(sent).await, format!("200 {read}"));

    #[derive(Deserialize, Serialize)]
    struct WithFlat {
        name: String,
        #[serde(flatten, deserialize_with = "flat")]
        paging: Paging,
        #[serde(flatten, deserialize_with = "flat")]
        more: BTreeMap<String, i64>,
    }
    let sent = json!({ "limit_to": "1", "name": "n", "c": 5 });
    let read = json!({ "name": "n", "limit_to": 1, "sort_by": [], "c": 5 });
    assert_eq!(echo::<WithFlat>(sent).await, format!("200 {read}"));

    let app = Router::new()
        .route("/query", get(async |Query(it): Query<Extended>| Json(it)))
        .route("/header", get(async |Header(it): Header<Extended>| Json(it)));
    let read = json!({ "limit_to": 1, "sort_by": [2], "name": "n", "a": "2", "b": "" });
    let answer = ask(&app, "GET /query?limit_to=1&a=1&name=n&a=2&b=&sort_by=2", &[], b"").await;
    assert_eq!(answer, format!("200 {read}"));
    let sent = [("limit-to", "1"), ("name", "n"), ("x-more", "m")];
    let read = json!({ "limit_to": 1, "sort_by": [], "name": "n", "x_more": "m" });
    assert_eq!(ask(&app, "GET /header", &sent, b"").await, format!("200 {read}"));
}

#[tokio::test]
async fn an_option_is_none_if_no_field_of_it_is_sent() {
    #[derive(Deserialize, Serialize)]
    struct Maybe {
        name: String,
        #[serde(flatten, deserialize_with = "flat")]
        paging: Option<Paging>,
    }
    let sent = json!({ "name": "n", "other": 1 });
    assert_eq!(echo::<Maybe>(sent).await, r#"200 {"name":"n"}"#);
    let sent = json!({ "name": "n", "limit_to": "1" });
    assert_eq!(echo::<Maybe>(sent).await, r#"200 {"name":"n","limit_to":1,"sort_by":[]}"#);
    let sent = json!({ "sort_by": ["1"] });
    assert_eq!(
        echo::<Maybe>(sent.clone()).await,
        invalid([
            problem("missing", json!(["body", "limit_to"]), sent.clone()),
            problem("missing", json!(["body", "name"]), sent),
        ])
    );
}

#[derive(Deserialize, Serialize)]
struct Circle {
    radius: i64,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Square {
    side: i64,
}

#[derive(Serialize)]
#[serde(tag = "kind")]
enum Shape {
    Circle(Circle),
    Square(Square),
}
union!(Shape, tag = "kind" { Circle, Square });

#[tokio::test]
async fn unions_and_flattened_structs_may_be_in_each_other() {
    #[derive(Deserialize, Serialize)]
    struct Named {
        name: String,
        #[serde(flatten, deserialize_with = "flat")]
        shape: Shape,
    }
    let sent = json!({ "name": "n", "kind": "Square", "side": "5" });
    let read = json!({ "name": "n", "kind": "Square", "side": 5 });
    assert_eq!(echo::<Named>(sent).await, format!("200 {read}"));
    let sent = json!({ "kind": "Circle", "radius": "x" });
    assert_eq!(
        echo::<Named>(sent.clone()).await,
        invalid([
            problem("int_parsing", json!(["body", "Circle", "radius"]), json!("x")),
            problem("missing", json!(["body", "name"]), sent),
        ])
    );

    #[derive(Serialize)]
    #[serde(tag = "kind")]
    enum Tagged {
        User(User),
        Extended(Extended),
    }
    union!(Tagged, tag = "kind" { User, Extended });
    let sent = json!({ "kind": "Extended", "limit_to": "1", "name": "n", "c": 2 });
    let read = json!({ "kind": "Extended", "limit_to": 1, "sort_by": [], "name": "n", "c": 2 });
    assert_eq!(echo::<Tagged>(sent).await, format!("200 {read}"));

    #[derive(Serialize)]
    enum Untagged {
        User(User),
        Extended(Extended),
    }
    union!(Untagged { User, Extended });
    let sent = json!({ "limit_to": "x", "name": "n", "username": "u", "age": "1", "email": "e" });
    let read = json!({ "User": { "username": "u", "age": 1, "pins": [], "email": "e", "is_admin": false } });
    assert_eq!(echo::<Untagged>(sent).await, format!("200 {read}"));
}

#[tokio::test]
async fn readings_of_many_flattened_structs_are_bounded_by_the_type() {
    #[derive(Deserialize, Serialize)]
    struct Counted {
        #[serde(deserialize_with = "readings::count")]
        first: i64,
        employees: Vec<Employee>,
    }
    let sent = json!({ "first": 1, "employees": vec![json!({}); 200] });
    let answer = echo::<Counted>(sent).await;
    assert_eq!(answer.matches("missing").count(), 800);
    assert!(readings::take() <= 7, "two for what is flattened, and one for each field");
}

#[test]
fn any_deserializer_reads_a_flattened_struct() {
    let sent = json!({ "username": "u", "age": 5, "email": "e" });
    let user: User = serde_json::from_value(sent).unwrap();
    assert_eq!(user.base.age, 5);
    let sent = json!({ "username": "u", "age": "5", "email": "e" });
    assert!(serde_json::from_value::<User>(sent).is_err());
}

#[tokio::test]
async fn a_buffer_in_between_is_read_as_it_is() {
    #[derive(Deserialize, Serialize)]
    #[serde(untagged)]
    enum Plain {
        User(User),
        Extended(Extended),
    }
    let sent = json!({ "limit_to": 1, "name": "n", "age": 5 });
    let read = json!({ "limit_to": 1, "sort_by": [], "name": "n", "age": 5 });
    assert_eq!(
        echo::<BTreeMap<String, Plain>>(json!({ "a": sent })).await,
        format!("200 {}", json!({ "a": read }))
    );
}

#[test]
fn a_panic_leaves_nothing_for_the_next_request() {
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

    static PANICS: AtomicBool = AtomicBool::new(false);

    fn panics<'de, D: serde::Deserializer<'de>>(_: D) -> Result<(), D::Error> {
        assert!(!PANICS.load(Relaxed), "on purpose");
        Ok(())
    }

    #[derive(Debug, Deserialize)]
    struct Outer {
        #[serde(flatten, deserialize_with = "panics")]
        _first: (),
        #[serde(flatten, deserialize_with = "flat")]
        base: Base,
    }
    let sent = json!({ "username": "first", "age": 1 });
    let read = || notes::read::<Outer>("body", lax::Input::Json(&sent), AROUND);
    assert_eq!(read().unwrap().base.username, "first");
    PANICS.store(true, Relaxed);
    assert!(catch_unwind(AssertUnwindSafe(read)).is_err());
    // On the same thread.
    let other = json!({ "username": "second", "age": 2, "email": "e" });
    let user: User = serde_json::from_value(other).unwrap();
    assert_eq!(user.base.username, "second");
}

mod secrets {
    use super::*;

    #[derive(Deserialize)]
    #[expect(dead_code, reason = "it is only read")]
    struct Beside {
        #[serde(flatten, deserialize_with = "flat")]
        paging: Paging,
        password: Secret,
    }

    #[derive(Deserialize)]
    #[expect(dead_code, reason = "it is only read")]
    struct Login {
        username: String,
        password: Secret,
    }

    #[derive(Deserialize)]
    #[expect(dead_code, reason = "it is only read")]
    struct Inside {
        #[serde(flatten, deserialize_with = "flat")]
        login: Login,
        name: String,
    }

    #[tokio::test]
    async fn a_secret_beside_a_flattened_struct_is_hidden() {
        let app = reads::<Beside>();
        assert_eq!(sends(&app, &json!({ "password": "p", "limit_to": "1" })).await, "200 ");
        let sent = json!({ "password": "hunter2", "sort_by": ["x"] });
        let shown = json!({ "password": MASK, "sort_by": ["x"] });
        assert_eq!(
            sends(&app, &sent).await,
            invalid([
                problem("missing", json!(["body", "limit_to"]), shown),
                problem("int_parsing", json!(["body", "sort_by", 0]), json!("x")),
            ])
        );
        assert_eq!(
            sends(&app, &json!({ "password": ["hunter2"], "limit_to": 1 })).await,
            invalid([problem("string_type", json!(["body", "password"]), json!(MASK))])
        );
        assert_eq!(
            sends(&app, &json!("hunter2")).await,
            invalid([problem("model_attributes_type", json!(["body"]), json!(MASK))])
        );
    }

    #[tokio::test]
    async fn a_secret_inside_is_refused() {
        let app = reads::<Inside>();
        let refused = "500 Internal Server Error";
        let sent = json!({ "username": "u", "password": "hunter2", "name": "n" });
        assert_eq!(sends(&app, &sent.clone()).await, refused);
        assert_eq!(sends(&app, &json!({ "password": "hunter2" })).await, refused);
        let app = app.layer(Extension(HideInput));
        assert_eq!(sends(&app, &sent).await, "200 ");
        let sent = json!({ "username": 5, "password": "hunter2" });
        let problem = |mut problem: Value| {
            problem.as_object_mut().unwrap().remove("input");
            problem
        };
        assert_eq!(
            sends(&app, &sent).await,
            invalid([
                problem(super::problem("string_type", json!(["body", "username"]), json!(null))),
                problem(super::problem("missing", json!(["body", "name"]), json!(null))),
            ])
        );
    }
}
