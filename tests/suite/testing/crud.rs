//! The items: the six cases, and invalid requests.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use async_stream::stream;
use futures_util::future::join_all;
use lesson_tests::{Answer, Target, TestServer, expect, fastapi, own_server_only, rust};
use reqwest::{Body, Method};
use tokio::sync::Barrier;

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

/// POST to `/crud/items/` with these headers.
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

/// An id that's new to the server. A learner's server keeps the items of earlier runs.
fn unused(id: &str) -> String {
    match Target::current() {
        Target::Url(_) => {
            let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("a time after 1970");
            format!("{id}-{}", now.as_nanos())
        }
        _ => id.to_owned(),
    }
}

/// A new item.
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
async fn te_08_an_existing_item_is_returned() {
    let server = start().await;
    assert_answer(get(&server, "/crud/items/foo", &[("x-token", TOKEN)]).await, 200, FOO).await;
}

#[tokio::test]
async fn te_09_the_token_is_checked_before_the_id() {
    let server = start().await;
    for path in ["/crud/items/foo", "/crud/items/baz"] {
        let answer = get(&server, path, &[("x-token", "hailhydra")]).await;
        assert_answer(answer, 400, r#"{"detail":"Invalid X-Token header"}"#).await;
    }
}

#[tokio::test]
async fn te_10_an_unknown_item_is_a_404() {
    let server = start().await;
    for path in ["/crud/items/baz", "/crud/items/%ED%95%9C", "/crud/items/FOO"] {
        let answer = get(&server, path, &[("x-token", TOKEN)]).await;
        assert_answer(answer, 404, r#"{"detail":"Item not found"}"#).await;
    }
}

#[tokio::test]
async fn te_11_creating_an_item_returns_200() {
    let server = start().await;
    let item = foobar(&unused("foobar"));
    assert_answer(create(&server, &item).await, 200, &item).await;
}

#[tokio::test]
async fn te_12_with_a_wrong_token_nothing_is_created() {
    let server = start().await;
    let body = r#"{"id":"bazz","title":"Bazz","description":"Drop the bazz"}"#;
    let headers = [("x-token", "hailhydra"), ("content-type", "application/json")];
    let answer = post(&server, body, &headers).await;
    assert_answer(answer, 400, r#"{"detail":"Invalid X-Token header"}"#).await;
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
async fn te_14_the_headers_name_ignores_case() {
    let server = start().await;
    for name in ["x-token", "X-Token", "x-tOKEN"] {
        assert_answer(get(&server, "/crud/items/foo", &[(name, TOKEN)]).await, 200, FOO).await;
    }
}

#[tokio::test]
async fn te_14_the_first_value_counts_without_its_blanks() {
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
async fn te_15_missing_fields_and_wrong_types_are_422() {
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
async fn te_15_a_missing_body_or_one_that_is_not_an_object_is_422() {
    let server = start().await;
    let missing = r#"{"type":"missing","loc":["body"],"msg":"Field required","input":null}"#;
    assert_detail(create(&server, "").await, missing).await;
    for body in ["null", "[]", "3", r#""text""#] {
        assert_detail(create(&server, body).await, &not_an_object(body)).await;
    }
}

#[tokio::test]
async fn te_15_a_body_without_a_json_content_type_is_a_string() {
    let server = start().await;
    let body = r#"{"id":"q","title":"X"}"#;
    let input = r#""{\"id\":\"q\",\"title\":\"X\"}""#;
    for content_type in ["text/plain", "application/octet-stream"] {
        let headers = [("x-token", TOKEN), ("content-type", content_type)];
        assert_detail(post(&server, body, &headers).await, &not_an_object(input)).await;
    }
    let answer = post(&server, body, &[("x-token", TOKEN)]).await;
    assert_detail(answer, &not_an_object(input)).await;
}

fn not_an_object(input: &str) -> String {
    format!(
        r#"{{"type":"model_attributes_type","loc":["body"],"msg":"Input should be a valid dictionary or object to extract fields from","input":{input}}}"#
    )
}

#[tokio::test]
async fn te_15_content_types_that_end_in_json_are_json() {
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
async fn te_16_header_and_body_are_checked_together() {
    let server = start().await;
    let title =
        r#"{"type":"missing","loc":["body","title"],"msg":"Field required","input":{"id":"x"}}"#;
    let json = ("content-type", "application/json");
    let answer = post(&server, r#"{"id":"x"}"#, &[json]).await;
    assert_detail(answer, &format!("{MISSING_TOKEN},{title}")).await;
    // The declaration only wants a token. The handler compares it later.
    let answer = post(&server, r#"{"id":"x"}"#, &[json, ("x-token", "hailhydra")]).await;
    assert_detail(answer, title).await;
}

#[tokio::test]
async fn te_17_a_missing_description_is_null() {
    let server = start().await;
    for (id, rest) in [("nodesc", ""), ("null", r#","description":null"#)] {
        let id = unused(id);
        let item = format!(r#"{{"id":"{id}","title":"X"{rest}}}"#);
        let created = format!(r#"{{"id":"{id}","title":"X","description":null}}"#);
        assert_answer(create(&server, &item).await, 200, &created).await;
    }
}

#[tokio::test]
async fn te_18_a_created_item_lives_as_long_as_the_app() {
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
async fn te_46_one_of_ten_competing_creations_succeeds() {
    let server = start().await;
    // Several rounds: a busy machine may run the ten one after the other, and see nothing.
    for round in 0..5 {
        let wanted = foobar(&unused(&format!("wanted-{round}")));
        let answers = create_at_once(&server, &wanted, 10).await;
        let mut statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
        statuses.sort();
        assert_eq!(statuses, [200, 400, 400, 400, 400, 400, 400, 400, 400, 400]);
    }
}

/// Creates the same item several times. No request gets the last byte of its body before all
/// have got as far, so the handlers run as close together as a client can make them.
async fn create_at_once(server: &TestServer, item: &str, times: usize) -> Vec<Answer> {
    let (start, end) = item.split_at(item.len() - 1);
    let barrier = Arc::new(Barrier::new(times));
    let requests = (0..times).map(|_| {
        let (start, end, barrier) = (start.to_owned(), end.to_owned(), barrier.clone());
        let body = stream! {
            yield Ok::<_, Infallible>(start);
            barrier.wait().await;
            yield Ok(end);
        };
        let request = server.request(Method::POST, "/crud/items/").body(Body::wrap_stream(body));
        let request = request.header("x-token", TOKEN).header("content-type", "application/json");
        server.send(request)
    });
    join_all(requests).await
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
async fn te_47_the_item_after_the_thousandth_is_a_507() {
    own_server_only!("fills the server");
    let server = start().await;
    // The app starts with two.
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
