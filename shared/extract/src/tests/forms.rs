use std::collections::HashMap;

use super::*;

const FORM: Pairs<'static> = &[("content-type", "application/x-www-form-urlencoded")];

#[derive(Debug, Deserialize)]
struct Login {
    username: String,
    password: Secret,
    code: Option<Secret<i64>>,
    #[serde(default = "seven")]
    days: i64,
    #[serde(default)]
    scope: Vec<String>,
}

fn seven() -> i64 {
    7
}

async fn login(Form(login): Form<Login>) -> String {
    let Login { username, password, code, days, scope } = login;
    let code = code.map(Secret::into_exposed);
    format!("{username} {} {code:?} {days} {scope:?}", password.expose())
}

fn forms() -> Router {
    Router::new().route("/login", post(login))
}

fn missing(name: &str) -> Value {
    problem("missing", json!(["body", name]), json!(null))
}

#[tokio::test]
async fn the_fields_of_a_form_are_coerced_and_an_empty_one_is_left_out() {
    let sent = b"username=Foo+%26&password=x&password=secret&code=&days=&scope=&scope=a&x=1";
    let answer = ask(&forms(), "POST /login", FORM, sent).await;
    assert_eq!(answer, r#"200 Foo & secret None 7 ["", "a"]"#);

    let sent = b"username=Foo&password=secret&code=5&days=2.0";
    let answer = ask(&forms(), "POST /login", FORM, sent).await;
    assert_eq!(answer, "200 Foo secret Some(5) 2 []");
}

#[tokio::test]
async fn missing_fields_of_a_form_are_reported_and_secrets_are_not() {
    let answer =
        ask(&forms(), "POST /login", FORM, b"username=Foo&password=x&password=&code=12x&days=y")
            .await;
    let int = |name, input: &str| problem("int_parsing", json!(["body", name]), json!(input));
    let problems = [missing("password"), int("code", "**********"), int("days", "y")];
    assert_eq!(answer, invalid(problems));
}

#[tokio::test]
async fn any_other_body_is_a_form_without_fields() {
    let both = invalid([missing("username"), missing("password")]);
    let sent = b"username=Foo&password=secret";
    assert_eq!(ask(&forms(), "POST /login", &[], sent).await, both);
    assert_eq!(ask(&forms(), "POST /login", JSON, b"{}").await, both);
    assert_eq!(ask(&forms(), "POST /login", FORM, b"").await, both);
    let typed = [("content-type", "Application/X-WWW-form-urlencoded ; charset=\u{e9}")];
    assert_eq!(ask(&forms(), "POST /login", &typed, sent).await, "200 Foo secret None 7 []");
}

#[cfg(not(feature = "multipart"))]
#[tokio::test]
async fn a_multipart_form_has_no_fields_without_the_feature() {
    let answer = ask(
        &forms(),
        "POST /login",
        &[("content-type", "multipart/form-data; boundary=b")],
        b"--b\r\nContent-Disposition: form-data; name=\"username\"\r\n\r\nFoo\r\n--b--",
    )
    .await;
    assert_eq!(answer, invalid([missing("username"), missing("password")]));
}

#[tokio::test]
async fn hide_input_hides_what_a_form_has_sent() {
    let app = forms().layer(Extension(HideInput));
    let answer = ask(&app, "POST /login", FORM, b"username=Foo&days=y").await;
    let problems =
        [missing("password"), { problem("int_parsing", json!(["body", "days"]), json!(null)) }];
    let without_input = problems.map(|mut problem| {
        problem.as_object_mut().unwrap().shift_remove("input");
        problem
    });
    assert_eq!(answer, invalid(without_input));
}

#[tokio::test]
async fn a_form_has_limits() {
    let app = |limits: FormLimits| forms().layer(Extension(limits));
    let limits = FormLimits::default;
    let sent = b"&username=123456&&password=1&x&";
    let fits = "200 123456 1 None 7 []";
    let too_large = r#"413 {"detail":"Payload Too Large"}"#;
    for (app, answer) in [
        (app(limits().max_fields(3)), fits),
        (
            app(limits().max_fields(2)),
            r#"400 {"detail":"Too many fields. Maximum number of fields is 2."}"#,
        ),
        (app(limits().max_part_size(14)), fits),
        (
            app(limits().max_part_size(13)),
            r#"400 {"detail":"Field exceeded maximum size of 0KB."}"#,
        ),
        (app(limits().max_memory(sent.len())), fits),
        (app(limits().max_memory(sent.len() - 1)), too_large),
        (forms().layer(DefaultBodyLimit::max(sent.len())), fits),
        (forms().layer(DefaultBodyLimit::max(sent.len() - 1)), too_large),
    ] {
        assert_eq!(ask(&app, "POST /login", FORM, sent).await, answer);
    }
}

#[tokio::test]
async fn a_map_takes_empty_fields_and_a_flattened_struct_does_not() {
    #[derive(Deserialize)]
    struct Outer {
        name: Option<String>,
        #[serde(flatten)]
        inner: Inner,
    }
    #[derive(Deserialize)]
    struct Inner {
        note: Option<String>,
    }
    async fn map(Form(map): Form<BTreeMap<String, String>>) -> String {
        format!("{map:?}")
    }
    async fn outer(Form(outer): Form<Outer>) -> String {
        format!("{:?} {:?}", outer.name, outer.inner.note)
    }
    let app = Router::new().route("/map", post(map)).route("/outer", post(outer));
    let sent = b"name=&note=";
    assert_eq!(ask(&app, "POST /map", FORM, sent).await, r#"200 {"name": "", "note": ""}"#);
    assert_eq!(ask(&app, "POST /outer", FORM, sent).await, "200 None None");
    let answer = ask(&app, "POST /outer", FORM, b"name=a&note=b").await;
    assert_eq!(answer, r#"200 Some("a") Some("b")"#);
}

#[derive(Deserialize, Serialize)]
struct Filter {
    a_word: String,
    limit: Option<i64>,
}

fn left_out() -> Router {
    Router::new()
        .route("/query", get(async |Query(it): Query<Option<Filter>>| Json(it)))
        .route("/header", get(async |Header(it): Header<Option<Filter>>| Json(it)))
        .route("/cookie", get(async |Cookie(it): Cookie<Option<Filter>>| Json(it)))
        .route("/form", post(async |Form(it): Form<Option<Filter>>| Json(it)))
        .route("/map", get(async |Query(it): Query<Option<BTreeMap<String, i64>>>| Json(it)))
        .route("/path/{a_word}", get(async |Path(it): Path<Option<Filter>>| Json(it)))
        .route("/one/{id}", get(async |Path(it): Path<Option<i64>>| Json(it)))
}

#[tokio::test]
async fn an_option_is_none_if_none_of_its_fields_was_sent() {
    let ask = async |request, headers, body: &[u8]| ask(&left_out(), request, headers, body).await;
    for (request, headers) in [
        ("GET /query", &[][..]),
        ("GET /query?other=1&A_word=x", &[]),
        ("GET /header", &[("other", "1")]),
        ("GET /cookie", &[("cookie", "other=1; a-word=x")]),
    ] {
        assert_eq!(ask(request, headers, b"").await, "200 null", "{request}");
    }
    assert_eq!(ask("POST /form", FORM, b"other=1").await, "200 null");
    assert_eq!(ask("POST /form", JSON, b"{}").await, "200 null");
    assert_eq!(ask("GET /map", &[], b"").await, "200 {}");
}

#[tokio::test]
async fn an_option_is_read_if_one_of_its_fields_was_sent() {
    let ask = async |request, headers, body: &[u8]| ask(&left_out(), request, headers, body).await;
    let word = r#"200 {"a_word":"x","limit":null}"#;
    let missing = |source, name| invalid([problem("missing", json!([source, name]), json!(null))]);
    for (request, headers) in [
        ("GET /query?a_word=x", &[][..]),
        ("GET /header", &[("A-Word", "x")]),
        ("GET /cookie", &[("cookie", "a_word=x")]),
        ("GET /path/x", &[]),
    ] {
        assert_eq!(ask(request, headers, b"").await, word, "{request}");
    }
    assert_eq!(ask("GET /query?limit=1", &[], b"").await, missing("query", "a_word"));
    assert_eq!(ask("GET /header", &[("limit", "1")], b"").await, missing("header", "a-word"));
    assert_eq!(ask("POST /form", FORM, b"a_word=x&limit=").await, word);
    // It was sent, if empty.
    assert_eq!(ask("POST /form", FORM, b"limit=").await, missing("body", "a_word"));
    assert_eq!(ask("GET /one/5", &[], b"").await, "200 5");
}

#[derive(Deserialize, Serialize)]
struct Item {
    name: String,
}

#[derive(Deserialize)]
struct Parts {
    item: Item,
    key: Option<Secret<i64>>,
    #[serde(default)]
    count: i64,
}

async fn parts(Embed(parts): Embed<Parts>) -> String {
    let key = parts.key.map(Secret::into_exposed);
    format!("{} {key:?} {}", parts.item.name, parts.count)
}

fn embedded() -> Router {
    Router::new()
        .route("/parts", post(parts))
        .route("/map", post(async |Embed(map): Embed<HashMap<String, i64>>| Json(map)))
}

#[tokio::test]
async fn parts_of_a_body_are_read_one_by_one() {
    let sent = br#"{"count":"2","item":{"name":"n","x":1},"key":5,"x":1}"#;
    assert_eq!(ask(&embedded(), "POST /parts", JSON, sent).await, "200 n Some(5) 2");
    assert_eq!(ask(&embedded(), "POST /map", JSON, br#"{"a":"1"}"#).await, r#"200 {"a":1}"#);
}

#[tokio::test]
async fn a_missing_part_does_not_show_the_body() {
    let ask = async |headers, body: &[u8]| ask(&embedded(), "POST /parts", headers, body).await;
    let item = || invalid([missing("item")]);
    assert_eq!(ask(JSON, b"").await, item());
    assert_eq!(ask(JSON, b"{}").await, item());
    assert_eq!(ask(JSON, br#"{"key":5}"#).await, item());
    assert_eq!(ask(&[], br#"{"item":{"name":"n"}}"#).await, item());
    let name = problem("missing", json!(["body", "item", "name"]), json!({ "x": 1 }));
    let key = problem("int_parsing", json!(["body", "key"]), json!("**********"));
    let sent = br#"{"item":{"x":1},"key":"x"}"#;
    assert_eq!(ask(JSON, sent).await, invalid([name, key]));
    assert_eq!(
        ask(JSON, b"{").await,
        json_invalid(1, "Expecting property name enclosed in double quotes")
    );
}

#[tokio::test]
async fn every_part_is_missing_if_the_body_is_not_an_object() {
    let all = || [missing("item"), missing("key"), missing("count")];
    for sent in ["[]", "null", "\"x\"", "5"] {
        let answer = ask(&embedded(), "POST /parts", JSON, sent.as_bytes()).await;
        assert_eq!(answer, invalid(all()), "{sent}");
    }
    let hidden = all().map(|mut problem| {
        problem.as_object_mut().unwrap().shift_remove("input");
        problem
    });
    let app = embedded().layer(Extension(HideInput));
    assert_eq!(ask(&app, "POST /parts", JSON, b"[]").await, invalid(hidden));

    let list = problem("dict_type", json!(["body"]), json!([]));
    assert_eq!(ask(&embedded(), "POST /map", JSON, b"[]").await, invalid([list]));
}

#[tokio::test]
async fn a_tuple_of_parameters_is_shown_as_a_list() {
    #[derive(Deserialize)]
    struct Pair {
        pair: (i64, String),
    }
    async fn pair(Query(Pair { pair }): Query<Pair>) -> String {
        format!("{pair:?}")
    }
    let app = Router::new().route("/", get(pair));
    assert_eq!(ask(&app, "GET /?pair=1&pair=2", &[], b"").await, r#"200 (1, "2")"#);
    let one = problem("missing", json!(["query", "pair", 1]), json!(["1"]));
    assert_eq!(ask(&app, "GET /?pair=1", &[], b"").await, invalid([one]));
    let three = problem_with(
        "too_long",
        json!(["query", "pair"]),
        "Tuple should have at most 2 items after validation, not 3",
        json!(["1", "2", "3"]),
        json!({ "field_type": "Tuple", "max_length": 2, "actual_length": 3 }),
    );
    assert_eq!(ask(&app, "GET /?pair=1&pair=2&pair=3", &[], b"").await, invalid([three]));
}
