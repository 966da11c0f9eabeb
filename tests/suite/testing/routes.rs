//! The other routes: greetings, redirects, start-up, time.

use std::time::Duration;

use axum::Router;
use axum::routing::get;
use lesson_support::Options;
use lesson_testing::slashes::add_slash;
use lesson_tests::{
    Answer, Binary, End, TestServer, expect, fastapi, own_server_only, rust, rust_only, texts,
};
use reqwest::Method;

use super::start;
use crate::support::running::Running;

#[tokio::test]
async fn te_06_hello_returns_a_message() {
    let server = start().await;
    let answer = server.get("/hello/").await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.content_type(), Some("application/json"));
    assert_eq!(answer.text().await, r#"{"msg":"Hello World"}"#);
}

#[tokio::test]
async fn te_20_a_missing_or_extra_slash_makes_another_path() {
    let server = start().await;
    for (method, path, right) in [
        (Method::POST, "/crud/items", "/crud/items/"),
        (Method::GET, "/crud/items/foo/", "/crud/items/foo"),
        (Method::GET, "/hello", "/hello/"),
    ] {
        let answer = server.send(server.request(method, path)).await;
        assert_eq!(answer.status, expect(rust(404), fastapi(307)), "{path}");
        // FastAPI sends the whole address.
        let location = answer.header("location").and_then(|to| to.strip_prefix(server.base_url()));
        assert_eq!(location, expect(rust(None), fastapi(Some(right))));
        let body = answer.text().await;
        assert_eq!(body, expect(rust(r#"{"detail":"Not Found"}"#), fastapi("")), "{path}");
    }
}

#[tokio::test]
async fn te_20_a_wrong_method_is_a_405_that_lists_the_right_ones() {
    let server = start().await;
    let answer = server.get("/crud/items/").await;
    assert_eq!((answer.status, answer.header("allow")), (405, Some("POST")));
    assert_eq!(answer.text().await, r#"{"detail":"Method Not Allowed"}"#);
    let answer = server.send(server.request(Method::PUT, "/crud/items/foo")).await;
    assert_eq!(answer.status, 405);
    // axum's GET routes also answer HEAD.
    assert_eq!(answer.header("allow"), expect(rust(Some("GET,HEAD")), fastapi(Some("GET"))));
    assert_eq!(answer.text().await, r#"{"detail":"Method Not Allowed"}"#);
}

#[tokio::test]
async fn te_20_an_unknown_path_is_a_404() {
    let server = start().await;
    let answer = server.get("/crud/nothing").await;
    assert_eq!(answer.status, 404);
    assert_eq!(answer.text().await, r#"{"detail":"Not Found"}"#);
}

#[tokio::test]
async fn te_20_get_routes_answer_head() {
    let server = start().await;
    let answer = server.send(server.request(Method::HEAD, "/hello/")).await;
    assert_eq!(answer.status, expect(rust(200), fastapi(405)));
    assert_eq!(answer.text().await, "");
}

#[tokio::test]
async fn te_24_async_returns_a_tomato() {
    let server = start().await;
    let answer = server.get("/async/").await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.text().await, r#"{"message":"Tomato"}"#);
}

#[tokio::test]
async fn te_27_without_start_up_nothing_is_loaded() {
    let server = start().await;
    let answer = server.get("/events-unstarted/items/foo").await;
    assert_eq!(answer.status, expect(rust(404), fastapi(500)));
    assert_not_found(&answer.text().await);
}

#[tokio::test]
async fn te_28_start_up_loads_the_items() {
    let server = start().await;
    for (id, body) in [("foo", r#"{"name":"Fighters"}"#), ("bar", r#"{"name":"Tenders"}"#)] {
        let answer = server.get(&format!("/events-started/items/{id}")).await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.text().await, body);
    }
}

#[tokio::test]
async fn te_28_start_up_runs_once_before_the_first_request() {
    own_server_only!("needs a log of its own");
    let server = start().await;
    server.get("/hello/").await;
    server.get("/hello/").await;
    assert_eq!(server.events().await, ["start-up: catalogue loaded"]);
}

#[tokio::test]
async fn te_29_an_unknown_id_is_a_404() {
    let server = start().await;
    let answer = server.get("/events-started/items/baz").await;
    assert_eq!(answer.status, expect(rust(404), fastapi(500)));
    let content_type = answer.content_type().map(str::to_owned);
    let text = Some("text/plain; charset=utf-8");
    assert_eq!(content_type.as_deref(), expect(rust(Some("application/json")), fastapi(text)));
    assert_not_found(&answer.text().await);
}

/// FastAPI's handler looks the id up with `[…]`, so it raises `KeyError`.
fn assert_not_found(body: &str) {
    let not_found = r#"{"detail":"Item not found"}"#;
    assert_eq!(body, expect(rust(not_found), fastapi("Internal Server Error")));
}

#[tokio::test]
async fn te_31_the_greeting_follows_the_clock() {
    let server = start().await;
    // The server tells the time: `date: Thu, 26 Nov 2026 07:56:02 GMT`.
    let hour = |answer: &Answer| -> u32 {
        let date = answer.header("date").expect("the time of the answer");
        date[17..19].parse().expect("an hour")
    };
    let answer = server.get("/greeting/").await;
    assert_eq!(answer.status, 200);
    // A new hour may begin between the two.
    let hours = [hour(&answer), hour(&server.get("/ping").await)];
    let body = answer.text().await;
    let greetings = hours.map(|hour| {
        let message = if hour < 12 { "Good morning" } else { "Good day" };
        format!(r#"{{"hour":{hour},"message":"{message}"}}"#)
    });
    assert!(greetings.contains(&body), "{body}, not one of {greetings:?}");
}

#[tokio::test]
async fn te_33_a_real_client_gets_its_response_before_the_task_is_done() {
    let server = start().await;
    let answer = server.send(server.request(Method::POST, "/background/")).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.text().await, r#""accepted""#);
    assert!(!server.events().await.contains(&"mail sent".to_owned()));
    server.events_with("mail sent").await;
}

#[tokio::test]
async fn te_36_slow_takes_ten_ticks() {
    let server = start().await;
    let answer = server.get("/slow/").await;
    assert!(answer.head_at > 9.9, "{}", answer.head_at);
    assert_eq!(answer.text().await, r#""done""#);
}

#[tokio::test]
async fn te_37_count_sends_a_line_every_tick() {
    let server = start().await;
    let mut answer = server.get("/count/").await;
    let lines = answer.take(3).await;
    assert_eq!(texts(&lines), ["count 0\n", "count 1\n", "count 2\n"]);
    assert!(lines[2].at > 1.9, "{lines:?}");
}

#[tokio::test]
async fn te_37_an_endless_stream_does_not_delay_shutdown() {
    rust_only!("signals the real program");
    let server = Binary::start("testing", &["--grace-ms", "20000"], &[]);
    let mut answer = server.get("/count/").await;
    answer.take(1).await;
    server.signal("TERM");
    assert_eq!(answer.rest().await.end, End::Complete);
    let ended = server.wait();
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert!(ended.after < Duration::from_secs(15), "it waited: {:?}", ended.after);
}

#[tokio::test]
async fn te_43_one_route_redirects_to_the_slash() {
    let server = start().await;
    let request = server.request(Method::POST, "/slashes?a=1&b=%20");
    let answer = server.send(with_note(request)).await;
    assert_eq!(answer.status, 307);
    assert_eq!(location(&server, answer.header("location")), "/slashes/?a=1&b=%20");
    assert_eq!(answer.header("content-length"), Some("0"));
    assert_eq!(answer.text().await, "");
}

#[tokio::test]
async fn te_43_the_client_sends_method_and_body_again() {
    let server = start().await;
    let client = reqwest::Client::builder().no_proxy().build().expect("a client");
    let request = client.post(format!("{}/slashes", server.base_url()));
    let answer = server.send(with_note(request)).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.text().await, r#"{"text":"again"}"#);
}

#[tokio::test]
async fn te_48_the_redirect_names_no_host() {
    let server = start().await;
    let request = server.request(Method::POST, "/slashes?a=1");
    let answer = server.send(with_note(request.header("host", "elsewhere.example"))).await;
    assert_eq!(answer.status, 307);
    let (path, address) = ("/slashes/?a=1", "http://elsewhere.example/slashes/?a=1");
    assert_eq!(answer.header("location"), Some(expect(rust(path), fastapi(address))));
}

#[tokio::test]
async fn te_48_as_a_fallback_the_redirect_keeps_prefix_and_host() {
    rust_only!("adds routes");
    let api = Router::new().route("/items/", get(async || "items")).fallback(add_slash);
    let app = Router::new().nest("/api", api).fallback(add_slash);
    let server = Running::start_with(|_| app, Options::default()).await;
    for (target, location) in [
        ("/api/items", Some("/api/items/")),
        ("/api/items?q=a%26b", Some("/api/items/?q=a%26b")),
        ("/nowhere", Some("/nowhere/")),
        ("/nowhere/", None),
        ("/api/nowhere/", None),
        ("/", None),
        ("//", None),
        ("//evil.example", Some("/evil.example/")),
        ("///evil.example", Some("/evil.example/")),
        ("/\\evil.example", Some("/evil.example/")),
        ("/\\/evil.example", Some("/evil.example/")),
        ("//evil.example/%2e%2e", Some("/evil.example/%2e%2e/")),
        ("http://evil.example/items", Some("/items/")),
        ("/%0d%0aset-cookie:a=b", Some("/%0d%0aset-cookie:a=b/")),
    ] {
        let request = format!("GET {target} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n");
        let answer = server.exchange(&request).await;
        let sent = answer.lines().find_map(|line| line.strip_prefix("location: "));
        assert_eq!(sent, location, "{target}: {answer}");
        let status = if location.is_some() { "307" } else { "404" };
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{target}: {answer}");
        // Resolved as a browser does.
        let own = reqwest::Url::parse("http://a").expect("an address");
        let to = own.join(sent.unwrap_or_default()).expect("an address");
        assert_eq!(to.origin(), own.origin(), "{target}");
    }
    server.stop().await;
}

#[tokio::test]
async fn te_49_a_server_knows_the_address_of_the_connection() {
    let server = start().await;
    let answer = server.get("/client/").await;
    assert_eq!((answer.status, answer.text().await.as_str()), (200, r#""127.0.0.1""#));
}

#[tokio::test]
async fn invalid_notes_are_422() {
    let server = start().await;
    for (content_type, body, kind) in [
        ("application/json", "{", "json_invalid"),
        ("application/json", "{}", "missing"),
        ("text/plain", r#"{"text":"again"}"#, "model_attributes_type"),
    ] {
        let request = server.request(Method::POST, "/slashes/");
        let answer = server.send(request.header("content-type", content_type).body(body)).await;
        assert_eq!(answer.status, 422, "{content_type} {body}");
        assert!(answer.text().await.contains(&format!(r#""type":"{kind}""#)), "{body}");
    }
}

fn with_note(request: reqwest::RequestBuilder) -> reqwest::RequestBuilder {
    request.header("content-type", "application/json").body(r#"{"text":"again"}"#)
}

/// The path where a client goes. FastAPI sends the whole address, axum only the path.
fn location(server: &TestServer, header: Option<&str>) -> String {
    let base = reqwest::Url::parse(server.base_url()).expect("an address");
    let location = base.join(header.expect("a location")).expect("an address");
    assert!(location.as_str().starts_with(server.base_url()), "{location}");
    location.as_str()[server.base_url().len()..].to_owned()
}
