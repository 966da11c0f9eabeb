//! The items behind their token: the six cases, and what is wrong with a request.

use std::time::{SystemTime, UNIX_EPOCH};

use futures_util::future::join_all;
use lesson_tests::{Answer, Target, TestServer, expect, fastapi, own_server_only, rust};
use reqwest::Method;

use super::start;

const TOKEN: &str = "coneofsilence";
const MISSING_TOKEN: &str =
    r#"{"type":"missing","loc":["header","x-token"],"msg":"Field required","input":null}"#;
const FOO: &str = r#"{"id":"foo","title":"Foo","description":"There goes my hero"}"#;

/// GET with these headers.
async fn get(server: &TestServer, path: &str, headers: &[(&str, &str)]) -> Answer {
    let mut request = server.request(Method::GET, path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    server.send(request).await
}

/// POST to the items with these headers.
async fn post(server: &TestServer, body: &str, headers: &[(&str, &str)]) -> Answer {
    let mut request = server.request(Method::POST, "/crud/items/").body(body.to_owned());
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    server.send(request).await
}

/// POST of JSON with the right token.
async fn create(server: &TestServer, body: &str) -> Answer {
    post(server, body, &[("x-token", TOKEN), ("content-type", "application/json")]).await
}

/// An id that nobody has used yet. A learner's own server keeps what an earlier run created.
fn unused(id: &str) -> String {
    match Target::current() {
        Target::Url(_) => {
            let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("a time after 1970");
            format!("{id}-{}", now.as_nanos())
        }
        _ => id.to_owned(),
    }
}

/// An item that does not exist yet.
fn foobar(id: &str) -> String {
    format!(r#"{{"id":"{id}","title":"Foo Bar","description":"The Foo Barters"}}"#)
}

async fn assert_answer(answer: Answer, status: u16, body: &str) {
    assert_eq!(answer.content_type(), Some("application/json"));
    assert_eq!((answer.status, answer.text().await.as_str()), (status, body));
}

async fn assert_detail(answer: Answer, problems: &str) {
    assert_answer(answer, 422, &format!(r#"{{"detail":[{problems}]}}"#)).await;
}

#[tokio::test]
async fn te_08_an_existing_item() {
    let server = start().await;
    assert_answer(get(&server, "/crud/items/foo", &[("x-token", TOKEN)]).await, 200, FOO).await;
}

#[tokio::test]
async fn te_09_a_wrong_token_is_looked_at_before_the_id() {
    let server = start().await;
    for path in ["/crud/items/foo", "/crud/items/baz"] {
        let answer = get(&server, path, &[("x-token", "hailhydra")]).await;
        assert_answer(answer, 400, r#"{"detail":"Invalid X-Token header"}"#).await;
    }
}

#[tokio::test]
async fn te_10_an_unknown_item() {
    let server = start().await;
    for path in ["/crud/items/baz", "/crud/items/%ED%95%9C", "/crud/items/FOO"] {
        let answer = get(&server, path, &[("x-token", TOKEN)]).await;
        assert_answer(answer, 404, r#"{"detail":"Item not found"}"#).await;
    }
}

#[tokio::test]
async fn te_11_a_new_item_is_answered_with_200() {
    let server = start().await;
    let item = foobar(&unused("foobar"));
    assert_answer(create(&server, &item).await, 200, &item).await;
}

#[tokio::test]
async fn te_12_a_new_item_with_a_wrong_token() {
    let server = start().await;
    let body = r#"{"id":"bazz","title":"Bazz","description":"Drop the bazz"}"#;
    let headers = [("x-token", "hailhydra"), ("content-type", "application/json")];
    let answer = post(&server, body, &headers).await;
    assert_answer(answer, 400, r#"{"detail":"Invalid X-Token header"}"#).await;
    // Nothing was created.
    assert_eq!(get(&server, "/crud/items/bazz", &[("x-token", TOKEN)]).await.status, 404);
}

#[tokio::test]
async fn te_13_an_item_that_exists_is_not_overwritten() {
    let server = start().await;
    let body =
        r#"{"id":"foo","title":"The Foo ID Stealers","description":"There goes my stealer"}"#;
    let exists = r#"{"detail":"Item already exists"}"#;
    assert_answer(create(&server, body).await, 400, exists).await;
    assert_answer(get(&server, "/crud/items/foo", &[("x-token", TOKEN)]).await, 200, FOO).await;
}

#[tokio::test]
async fn te_14_the_header_is_required_and_its_name_has_a_hyphen() {
    let server = start().await;
    for headers in [&[][..], &[("x_token", TOKEN)], &[("token", TOKEN)]] {
        assert_detail(get(&server, "/crud/items/foo", headers).await, MISSING_TOKEN).await;
    }
}

#[tokio::test]
async fn te_14_the_name_may_be_in_any_case() {
    let server = start().await;
    for name in ["x-token", "X-Token", "x-tOKEN"] {
        assert_answer(get(&server, "/crud/items/foo", &[(name, TOKEN)]).await, 200, FOO).await;
    }
}

#[tokio::test]
async fn te_14_the_first_of_two_values_counts_and_blanks_around_it_do_not() {
    let server = start().await;
    let twice = [("x-token", TOKEN), ("x-token", "hailhydra")];
    assert_eq!(get(&server, "/crud/items/foo", &twice).await.status, 200);
    let padded = [("x-token", "  coneofsilence  ")];
    assert_eq!(get(&server, "/crud/items/foo", &padded).await.status, 200);
    let empty = [("x-token", "")];
    assert_eq!(get(&server, "/crud/items/foo", &empty).await.status, 400);
    for wrong in ["c", "coneofsilenc", "coneofsilence1", "Coneofsilence", "cone\u{f6}fsilence"] {
        let answer = get(&server, "/crud/items/foo", &[("x-token", wrong)]).await;
        assert_answer(answer, 400, r#"{"detail":"Invalid X-Token header"}"#).await;
    }
}

#[tokio::test]
async fn te_15_a_field_is_missing_or_of_another_type() {
    let server = start().await;
    let missing = |field: &str, input: &str| {
        format!(
            r#"{{"type":"missing","loc":["body","{field}"],"msg":"Field required","input":{input}}}"#
        )
    };
    let string = |field: &str, input: &str| {
        format!(
            r#"{{"type":"string_type","loc":["body","{field}"],"msg":"Input should be a valid string","input":{input}}}"#
        )
    };
    let no_title = r#"{"id":"x"}"#;
    assert_detail(create(&server, no_title).await, &missing("title", no_title)).await;
    let number = r#"{"id":1,"title":"X"}"#;
    assert_detail(create(&server, number).await, &string("id", "1")).await;
    let list = r#"{"id":"x","title":"X","description":["text"]}"#;
    assert_detail(create(&server, list).await, &string("description", r#"["text"]"#)).await;
    let null = r#"{"id":null,"title":"X"}"#;
    assert_detail(create(&server, null).await, &string("id", "null")).await;
    let both = [missing("id", "{}"), missing("title", "{}")].join(",");
    assert_detail(create(&server, "{}").await, &both).await;
}

#[tokio::test]
async fn te_15_a_body_that_is_no_object_or_not_there() {
    let server = start().await;
    let missing = r#"{"type":"missing","loc":["body"],"msg":"Field required","input":null}"#;
    assert_detail(create(&server, "").await, missing).await;
    for body in ["null", "[]", "3", r#""text""#] {
        assert_detail(create(&server, body).await, &no_object(body)).await;
    }
}

#[tokio::test]
async fn te_15_a_body_that_is_not_declared_as_json_is_a_string() {
    let server = start().await;
    let body = r#"{"id":"q","title":"X"}"#;
    let input = r#""{\"id\":\"q\",\"title\":\"X\"}""#;
    for content_type in ["text/plain", "application/octet-stream"] {
        let headers = [("x-token", TOKEN), ("content-type", content_type)];
        assert_detail(post(&server, body, &headers).await, &no_object(input)).await;
    }
    let answer = post(&server, body, &[("x-token", TOKEN)]).await;
    assert_detail(answer, &no_object(input)).await;
}

fn no_object(input: &str) -> String {
    format!(
        r#"{{"type":"model_attributes_type","loc":["body"],"msg":"Input should be a valid dictionary or object to extract fields from","input":{input}}}"#
    )
}

#[tokio::test]
async fn te_15_a_type_that_ends_in_json_is_json() {
    let server = start().await;
    for (id, content_type) in [
        ("vendor", "application/vnd.x+json"),
        ("charset", "application/json; charset=utf-8"),
        ("capitals", "Application/JSON"),
    ] {
        let id = unused(id);
        let body = format!(r#"{{"id":"{id}","title":"X"}}"#);
        let headers = [("x-token", TOKEN), ("content-type", content_type)];
        let created = format!(r#"{{"id":"{id}","title":"X","description":null}}"#);
        assert_answer(post(&server, &body, &headers).await, 200, &created).await;
    }
}

#[tokio::test]
async fn te_16_header_and_body_are_judged_together() {
    let server = start().await;
    let title =
        r#"{"type":"missing","loc":["body","title"],"msg":"Field required","input":{"id":"x"}}"#;
    let json = ("content-type", "application/json");
    let answer = post(&server, r#"{"id":"x"}"#, &[json]).await;
    assert_detail(answer, &format!("{MISSING_TOKEN},{title}")).await;
    // A wrong token is nothing that the declaration can see: the body is judged first.
    let answer = post(&server, r#"{"id":"x"}"#, &[json, ("x-token", "hailhydra")]).await;
    assert_detail(answer, title).await;
}

#[tokio::test]
async fn te_17_a_description_that_is_left_out_is_null() {
    let server = start().await;
    for (id, rest) in [("nodesc", ""), ("null", r#","description":null"#)] {
        let id = unused(id);
        let item = format!(r#"{{"id":"{id}","title":"X"{rest}}}"#);
        let created = format!(r#"{{"id":"{id}","title":"X","description":null}}"#);
        assert_answer(create(&server, &item).await, 200, &created).await;
    }
}

#[tokio::test]
async fn te_18_a_created_item_stays_while_the_app_lives() {
    let server = start().await;
    let id = unused("foobar");
    let item = foobar(&id);
    create(&server, &item).await;
    let read = get(&server, &format!("/crud/items/{id}"), &[("x-token", TOKEN)]).await;
    assert_answer(read, 200, &item).await;
    let again = create(&server, &item).await;
    assert_answer(again, 400, r#"{"detail":"Item already exists"}"#).await;
}

#[tokio::test]
async fn te_19_unknown_keys_are_dropped() {
    let server = start().await;
    let id = unused("e");
    let item = format!(r#"{{"id":"{id}","title":"X","unknown":1}}"#);
    let created = format!(r#"{{"id":"{id}","title":"X","description":null}}"#);
    assert_answer(create(&server, &item).await, 200, &created).await;
}

#[tokio::test]
async fn te_46_of_ten_who_create_one_item_one_succeeds() {
    let server = start().await;
    let wanted = foobar(&unused("wanted"));
    let answers = join_all((0..10).map(|_| create(&server, &wanted))).await;
    let mut statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
    statuses.sort();
    assert_eq!(statuses, [200, 400, 400, 400, 400, 400, 400, 400, 400, 400]);
}

#[tokio::test]
async fn te_47_a_large_item_is_a_413() {
    let server = start().await;
    let largest = foobar(&unused("largest"));
    let padding = " ".repeat(16 * 1024 - largest.len());
    assert_answer(create(&server, &format!("{largest}{padding}")).await, 200, &largest).await;
    let larger = foobar(&unused("larger"));
    let answer = create(&server, &format!("{larger}{}", " ".repeat(16 * 1024))).await;
    let (json, text) = (Some("application/json"), Some("text/plain; charset=utf-8"));
    assert_eq!((answer.status, answer.content_type()), (413, expect(rust(json), fastapi(text))));
    let body = expect(rust(r#"{"detail":"Payload Too Large"}"#), fastapi("Content Too Large"));
    assert_eq!(answer.text().await, body);
}

#[tokio::test]
async fn te_47_of_a_thousand_and_one_items_the_last_is_a_507() {
    own_server_only!("fills the server");
    let server = start().await;
    // Two are there from the start.
    for first in (2..1000).step_by(50) {
        let new = first..(first + 50).min(1000);
        let items: Vec<String> = new.map(|number| foobar(&format!("item-{number}"))).collect();
        for answer in join_all(items.iter().map(|item| create(&server, item))).await {
            assert_eq!(answer.status, 200);
        }
    }
    let no_room = r#"{"detail":"No room for more items"}"#;
    assert_answer(create(&server, &foobar("one-more")).await, 507, no_room).await;
    assert_eq!(get(&server, "/crud/items/one-more", &[("x-token", TOKEN)]).await.status, 404);
    let taken = r#"{"detail":"Item already exists"}"#;
    assert_answer(create(&server, &foobar("item-2")).await, 400, taken).await;
    assert_answer(get(&server, "/crud/items/foo", &[("x-token", TOKEN)]).await, 200, FOO).await;
}
