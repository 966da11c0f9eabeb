use super::*;

/// A name without blanks.
#[derive(Deserialize, Serialize)]
#[serde(try_from = "String")]
struct Name(String);

impl TryFrom<String> for Name {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        if name.is_empty() || name.contains(' ') {
            Err("no name".to_owned())
        } else {
            Ok(Self(name))
        }
    }
}

#[derive(Deserialize, Serialize)]
struct User {
    id: i64,
    name: Name,
    nick: Option<Name>,
    age: u8,
}

#[derive(Deserialize, Serialize)]
struct Texts {
    names: Vec<Name>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Closed {
    count: i64,
}

#[derive(Deserialize, Serialize)]
struct Club {
    name: Name,
    closed: Option<Closed>,
    chair: Option<User>,
    #[serde(default)]
    members: Vec<User>,
    #[serde(default)]
    names: Vec<Name>,
    #[serde(default)]
    by_name: BTreeMap<String, Name>,
    pair: Option<(Name, i64)>,
    size: i64,
}

fn app() -> Router {
    Router::new()
        .route("/user", post(async |Json(user): Json<User>| Json(user)))
        .route("/club", post(async |Json(club): Json<Club>| Json(club)))
        .route("/names", post(async |Json(names): Json<Vec<Name>>| Json(names)))
        .route("/query", post(async |Query(user): Query<User>| Json(user)))
        .route("/texts", post(async |Query(texts): Query<Texts>| Json(texts)))
}

fn no_name(loc: Value, input: &str) -> Value {
    let msg = "Value error, no name";
    problem_with("value_error", loc, msg, json!(input), json!({ "error": {} }))
}

async fn post_to(path: &str, body: &Value) -> String {
    ask(&app(), &format!("POST {path}"), JSON, body.to_string().as_bytes()).await
}

#[tokio::test]
async fn a_refused_value_hides_no_other_field() {
    let body = json!({ "id": "x", "name": "a b", "nick": "c d", "age": 300 });
    let too_much = ("Input should be less than or equal to 255", json!({ "le": 255 }));
    let problems = [
        problem("int_parsing", json!(["body", "id"]), json!("x")),
        no_name(json!(["body", "name"]), "a b"),
        no_name(json!(["body", "nick"]), "c d"),
        problem_with("less_than_equal", json!(["body", "age"]), too_much.0, json!(300), too_much.1),
    ];
    assert_eq!(post_to("/user", &body).await, invalid(problems));
    let problems = [
        no_name(json!(["query", "name"]), ""),
        no_name(json!(["query", "nick"]), ""),
        problem("int_parsing", json!(["query", "age"]), json!("x")),
    ];
    let answer = ask(&app(), "POST /query?id=1&name=&nick=&age=x", &[], b"").await;
    assert_eq!(answer, invalid(problems));
}

#[tokio::test]
async fn texts_of_one_name_are_told_apart() {
    let problems =
        [no_name(json!(["query", "names", 0]), " "), no_name(json!(["query", "names", 2]), " ")];
    let answer = ask(&app(), "POST /texts?names=+&names=a&names=+", &[], b"").await;
    assert_eq!(answer, invalid(problems));
    // All that are empty may lie at one place in memory, so this ends the list.
    let answer = ask(&app(), "POST /texts?names=&names=", &[], b"").await;
    assert_eq!(answer, invalid([no_name(json!(["query", "names", 0]), "")]));
}

#[tokio::test]
async fn a_refused_value_hides_no_missing_field_before_it() {
    let body = json!({ "name": "a b" });
    let problems = [
        problem("missing", json!(["body", "id"]), body.clone()),
        no_name(json!(["body", "name"]), "a b"),
    ];
    assert!(post_to("/user", &body).await.starts_with(invalid(problems).trim_end_matches("]}")));
}

#[tokio::test]
async fn a_missing_field_whose_type_takes_no_placeholder_hides_no_other_one() {
    // Only with a name can a user say that it needs an age. It's learned once.
    let user = json!({ "id": 1, "name": "a" });
    post_to("/user", &user).await;
    ask(&app(), "POST /query?id=1&name=a", &[], b"").await;
    post_to("/club", &json!({ "name": "a", "chair": user, "size": 1 })).await;
    let body = json!({ "nick": "c d", "age": "x" });
    let problems = [
        problem("missing", json!(["body", "id"]), body.clone()),
        problem("missing", json!(["body", "name"]), body.clone()),
        no_name(json!(["body", "nick"]), "c d"),
        problem("int_parsing", json!(["body", "age"]), json!("x")),
    ];
    assert_eq!(post_to("/user", &body).await, invalid(problems));
    let problems = [
        problem("missing", json!(["query", "name"]), Value::Null),
        problem("missing", json!(["query", "age"]), Value::Null),
    ];
    assert_eq!(ask(&app(), "POST /query?id=1", &[], b"").await, invalid(problems));
    let club = json!({ "name": "a", "chair": {}, "members": [{ "id": "x" }, {}], "size": "x" });
    let missing = |loc, input| problem("missing", loc, input);
    let member = json!({ "id": "x" });
    let problems = [
        missing(json!(["body", "chair", "id"]), json!({})),
        missing(json!(["body", "chair", "name"]), json!({})),
        missing(json!(["body", "chair", "age"]), json!({})),
        problem("int_parsing", json!(["body", "members", 0, "id"]), json!("x")),
        missing(json!(["body", "members", 0, "name"]), member.clone()),
        missing(json!(["body", "members", 0, "age"]), member),
        missing(json!(["body", "members", 1, "id"]), json!({})),
        missing(json!(["body", "members", 1, "name"]), json!({})),
        missing(json!(["body", "members", 1, "age"]), json!({})),
        problem("int_parsing", json!(["body", "size"]), json!("x")),
    ];
    assert_eq!(post_to("/club", &club).await, invalid(problems));
}

#[tokio::test]
async fn a_value_refused_inside_hides_nothing_outside() {
    let user = |name: &str| json!({ "id": "x", "name": name, "age": 1 });
    let body = json!({
        "name": "a b",
        "closed": { "count": 1, "open": 2 },
        "chair": user("c d"),
        "members": [user("e f"), user("g"), user("h i")],
        "names": ["j", "k l", 5, "m n"],
        "by_name": { "o": "p", "q": "r s" },
        "pair": ["t u", "x"],
        "size": "x",
    });
    let not_int = |loc| problem("int_parsing", loc, json!("x"));
    let problems = [
        no_name(json!(["body", "name"]), "a b"),
        problem("extra_forbidden", json!(["body", "closed", "open"]), json!(2)),
        not_int(json!(["body", "chair", "id"])),
        no_name(json!(["body", "chair", "name"]), "c d"),
        not_int(json!(["body", "members", 0, "id"])),
        no_name(json!(["body", "members", 0, "name"]), "e f"),
        not_int(json!(["body", "members", 1, "id"])),
        not_int(json!(["body", "members", 2, "id"])),
        no_name(json!(["body", "members", 2, "name"]), "h i"),
        no_name(json!(["body", "names", 1]), "k l"),
        problem("string_type", json!(["body", "names", 2]), json!(5)),
        no_name(json!(["body", "names", 3]), "m n"),
        no_name(json!(["body", "by_name", "q"]), "r s"),
        // A tuple ends here.
        no_name(json!(["body", "pair", 0]), "t u"),
        not_int(json!(["body", "size"])),
    ];
    assert_eq!(post_to("/club", &body).await, invalid(problems));
}

#[tokio::test]
async fn a_hostile_body_is_not_read_more_often_than_that() {
    let names = vec!["a b"; 100];
    let answer = post_to("/names", &json!(names)).await;
    assert_eq!(answer.matches("value_error").count(), 17);
}
