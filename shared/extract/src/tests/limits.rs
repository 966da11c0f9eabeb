//! What an answer costs, whatever a client sends.

use std::collections::HashMap;

use serde::de::DeserializeOwned;

use super::wide::{NAMES, Wide};
use super::*;

/// The size of the answer to a body, and its problems.
async fn problems<T: DeserializeOwned + Send + 'static>(body: &Value) -> (usize, Vec<Value>) {
    let app = Router::new().route("/", post(async |Json(_): Json<T>| ()));
    let app = app.layer(DefaultBodyLimit::disable());
    let answer = ask(&app, "POST /", JSON, body.to_string().as_bytes()).await;
    let detail: Value = serde_json::from_str(answer.strip_prefix("422 ").unwrap()).unwrap();
    (answer.len(), detail["detail"].as_array().unwrap().clone())
}

fn without_input(mut problem: Value) -> Value {
    problem.as_object_mut().unwrap().shift_remove("input").unwrap();
    problem
}

#[tokio::test]
async fn an_input_that_is_too_large_is_left_out() {
    let (size, found) = problems::<Wide>(&json!({ "unknown": "x".repeat(2 << 20) })).await;
    let expected: Vec<_> = NAMES
        .iter()
        .map(|name| without_input(problem("missing", json!(["body", name]), json!(null))))
        .collect();
    assert_eq!(found, expected);
    assert!(size < 100_000, "{size}");

    let sent = json!({ "unknown": "x".repeat(300_000) });
    let (size, found) = problems::<Wide>(&sent).await;
    assert!(found[..3].iter().all(|problem| problem["input"] == sent));
    assert_eq!(found[3..], expected[3..]);
    assert!(size < 1_000_000, "{size}");
}

#[tokio::test]
async fn all_inputs_together_are_bounded() {
    let text = "x".repeat(2_000);
    let (size, found) = problems::<Vec<Item>>(&json!(vec![json!({ "id": text }); 1_000])).await;
    let expected =
        |index| problem("missing", json!(["body", index, "title"]), json!({ "id": text }));
    // Each is 2,009 bytes of JSON.
    let shown = (1 << 20) / 2_009;
    assert_eq!(found[..shown], (0..shown).map(expected).collect::<Vec<_>>());
    let hidden = (shown..1_000).map(|index| without_input(expected(index)));
    assert_eq!(found[shown..], hidden.collect::<Vec<_>>());
    assert!(size < 1_200_000, "{size}");
}

#[tokio::test]
async fn a_long_name_is_not_repeated_a_thousand_times() {
    let name = "n".repeat(400_000);
    let sent = json!({ (name.clone()): vec![json!("x"); 1_000] });
    let (size, found) = problems::<HashMap<String, Vec<i64>>>(&sent).await;
    let expected = |index| problem("int_parsing", json!(["body", name, index]), json!("x"));
    assert_eq!(found, [expected(0), expected(1)]);
    assert!(size < 1_000_000, "{size}");

    let sent = json!({ ("n".repeat(2 << 20)): "x" });
    let (_, found) = problems::<HashMap<String, i64>>(&sent).await;
    assert_eq!(found.len(), 1, "one problem is always told");
}

#[tokio::test]
async fn a_query_may_have_any_number_of_parameters() {
    type Map = HashMap<String, String>;
    let app = Router::new()
        .route("/map", get(async |Query(map): Query<Map>| map.len().to_string()))
        .route("/list", get(async |Query(page): Query<Page>| page.tags.len().to_string()));
    let pairs: Vec<_> = (0..4_000).map(|number| format!("a{number}=x")).collect();
    let answer = ask(&app, &format!("GET /map?{}", pairs.join("&")), &[], b"").await;
    assert_eq!(answer, "200 4000");
    let uri = format!("GET /list?limit=1{}", "&tags=1".repeat(4_000));
    assert_eq!(ask(&app, &uri, &[], b"").await, "200 4000");
}
