use super::*;

#[derive(Debug, Deserialize, PartialEq, Serialize)]
struct Span {
    from: i64,
    to: i64,
    #[serde(default)]
    names: Vec<String>,
}

impl Rules for Span {
    fn check(&self, report: &mut Report<'_>) {
        if self.from > self.to {
            report.error("from is after to");
        }
        if self.to == 13 {
            let ctx = json!({ "unlucky": 13 });
            report.at("to").problem("unlucky", "13 is not allowed here", Some(ctx));
        }
        for (index, name) in self.names.iter().enumerate() {
            if name.is_empty() {
                report.at("names").at(index).problem("nameless", "Say a name", None);
            }
        }
        assert!(self.from != 0 || self.to != 0, "these are placeholders");
    }
}

fn app() -> Router {
    Router::new()
        .route("/", post(async |Json(Ruled(span)): Json<Ruled<Span>>| Json(span)))
        .route("/list", post(async |Json(_): Json<Vec<Ruled<Span>>>| {}))
        .route("/trip", post(async |Json(_): Json<Ruled<Trip>>| {}))
        .route("/query", post(async |Query(_): Query<Ruled<Span>>| {}))
        .route("/header", post(async |Header(_): Header<Ruled<Token>>| {}))
        .route("/sign-up", post(async |Json(_): Json<Ruled<SignUp>>| {}))
        .route("/either", post(async |Json(_): Json<Either>| {}))
}

#[derive(Deserialize)]
struct Trip {
    days: Option<Ruled<Span>>,
    hours: Ruled<Span>,
}

impl Rules for Trip {
    fn check(&self, report: &mut Report<'_>) {
        if self.days.is_none() {
            report.at("days").error("stay a day");
            report.at("days").at("from").error("say when");
        }
        if self.hours.0.to > 24 {
            report.at("hours").at("to").error("a day has 24");
        }
    }
}

#[derive(Deserialize)]
struct Token {
    x_token: String,
}

impl Rules for Token {
    fn check(&self, report: &mut Report<'_>) {
        if self.x_token != "fake" {
            report.at("x_token").error("not that one");
        }
    }
}

#[derive(Deserialize)]
struct SignUp {
    password: Secret,
    password_repeat: Secret,
}

impl Rules for SignUp {
    fn check(&self, report: &mut Report<'_>) {
        if self.password.expose() != self.password_repeat.expose() {
            report.error("the passwords differ");
            report.at("password_repeat").error("another one");
        }
    }
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Either {
    Span(#[allow(dead_code)] Ruled<Span>),
}

async fn post_to(path: &str, body: Value) -> String {
    ask(&app(), &format!("POST {path}"), JSON, body.to_string().as_bytes()).await
}

fn value_error(loc: Value, msg: &str, input: Value) -> Value {
    let msg = format!("Value error, {msg}");
    problem_with("value_error", loc, &msg, input, json!({ "error": {} }))
}

#[tokio::test]
async fn a_rule_is_reported_for_the_whole_value_or_for_a_field() {
    let span = json!({ "from": 14, "to": "13", "names": ["a", ""], "z": 1 });
    let nameless =
        problem_with("nameless", json!(["body", "names", 1]), "Say a name", json!(""), json!(null));
    let nameless = nameless.as_object().unwrap().clone();
    let nameless = nameless.into_iter().filter(|(key, _)| key != "ctx").collect();
    let unlucky = problem_with(
        "unlucky",
        json!(["body", "to"]),
        "13 is not allowed here",
        json!("13"),
        json!({ "unlucky": 13 }),
    );
    let problems = [
        value_error(json!(["body"]), "from is after to", span.clone()),
        unlucky,
        Value::Object(nameless),
    ];
    assert_eq!(post_to("/", span).await, invalid(problems));
    let answer = post_to("/", json!({ "from": "1", "to": 2 })).await;
    assert_eq!(answer, r#"200 {"from":1,"to":2,"names":[]}"#);
}

#[tokio::test]
async fn rules_are_asked_where_nothing_else_is_wrong() {
    let spans = json!([{ "from": 2, "to": 1 }, { "from": 2, "to": "x" }, { "from": 3, "to": 1 }]);
    let problems = [
        value_error(json!(["body", 0]), "from is after to", spans[0].clone()),
        problem("int_parsing", json!(["body", 1, "to"]), json!("x")),
        value_error(json!(["body", 2]), "from is after to", spans[2].clone()),
    ];
    assert_eq!(post_to("/list", spans).await, invalid(problems));
    // Not of a value that was not sent, nor of one around another that is wrong.
    let missing = problem("missing", json!(["body", "hours"]), json!({ "days": null }));
    assert_eq!(post_to("/trip", json!({ "days": null })).await, invalid([missing]));
    let hours = json!({ "from": 26, "to": 25 });
    let body = json!({ "hours": hours });
    let inner = value_error(json!(["body", "hours"]), "from is after to", hours);
    assert_eq!(post_to("/trip", body).await, invalid([inner]));
    assert_eq!(post_to("/trip", json!("x")).await, {
        invalid([problem("model_attributes_type", json!(["body"]), json!("x"))])
    });
}

#[tokio::test]
async fn a_missing_field_shows_the_object_that_lacks_it() {
    let body = json!({ "hours": { "from": 1, "to": 25 } });
    let problems = [
        value_error(json!(["body", "days"]), "stay a day", body.clone()),
        value_error(json!(["body", "days", "from"]), "say when", json!(null)),
        value_error(json!(["body", "hours", "to"]), "a day has 24", json!(25)),
    ];
    assert_eq!(post_to("/trip", body).await, invalid(problems));
}

#[tokio::test]
async fn rules_work_on_parameters_under_the_names_that_a_client_knows() {
    let answer = ask(&app(), "POST /query?from=1&to=x", &[], b"").await;
    assert_eq!(answer, invalid([problem("int_parsing", json!(["query", "to"]), json!("x"))]));
    let answer = ask(&app(), "POST /query?from=1&to=2", &[], b"").await;
    assert_eq!(answer, "200 ");
    let answer = ask(&app(), "POST /header", &[("X-Token", "t")], b"").await;
    let fault = value_error(json!(["header", "x-token"]), "not that one", json!("t"));
    assert_eq!(answer, invalid([fault]));
}

#[tokio::test]
async fn a_rule_over_secrets_shows_none() {
    let body = json!({ "password": "hunter2", "password_repeat": "hunter3" });
    let masked = json!({ "password": "**********", "password_repeat": "**********" });
    let problems = [
        value_error(json!(["body"]), "the passwords differ", masked),
        value_error(json!(["body", "password_repeat"]), "another one", json!("**********")),
    ];
    assert_eq!(post_to("/sign-up", body).await, invalid(problems));
    let body = json!({ "password": "hunter2", "password_repeat": "hunter2" });
    assert_eq!(post_to("/sign-up", body).await, "200 ");
}

#[tokio::test]
async fn another_deserializer_gets_the_first_problem_as_its_error() {
    let read = |text| serde_json::from_str::<Ruled<Span>>(text).map_err(|error| error.to_string());
    assert_eq!(read(r#"{"from":1,"to":2}"#).unwrap().0.to, 2);
    let error = read(r#"{"from":2,"to":1}"#).unwrap_err();
    assert_eq!(error, "Value error, from is after to");
    let error = read(r#"{"from":1,"to":2,"names":["a",""]}"#).unwrap_err();
    assert_eq!(error, "names: 1: Say a name");
    let body = json!({ "from": 2, "to": 1 });
    let msg = "data did not match any variant of untagged enum Either";
    let fault = value_error(json!(["body"]), msg, body.clone());
    assert_eq!(post_to("/either", body).await, invalid([fault]));
}
