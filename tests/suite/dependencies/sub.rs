//! Extractors that call others.

use super::{assert_get, assert_json, get_with, start};

const IN_ORDER: [&str; 3] = ["query looked at", "cookie looked at", "handler"];

#[tokio::test]
async fn de_07_extractors_run_before_the_handler() {
    let server = start().await;
    assert_get(&server, "/sub/items/?q=abc", r#"{"q_or_cookie":"abc"}"#).await;
    assert_eq!(server.events().await, IN_ORDER, "the events");
}

#[tokio::test]
async fn de_07_a_refused_request_doesnt_reach_the_handler() {
    let server = start().await;
    assert_eq!(server.get("/router/pages/x").await.status, 422);
    let answer = get_with(&server, "/decorator/items/", &[("X-Token", "bad")]).await;
    assert_eq!(answer.status, 400);
    assert_eq!(server.events().await, ["token checked"]);
}

#[tokio::test]
async fn de_13_the_cookie_stands_in_for_the_query() {
    for (query, cookie, found) in [
        ("?q=abc", None, r#""abc""#),
        ("?q=new", Some("last_query=old"), r#""new""#),
        ("", Some("last_query=old"), r#""old""#),
        ("", None, "null"),
        // An empty q counts as missing, an empty cookie doesn't.
        ("?q=", Some("last_query=old"), r#""old""#),
        ("?q=", None, "null"),
        ("", Some("last_query="), r#""""#),
        // It is the cookie of exactly this name, underscore and case included.
        ("?last_query=not-a-cookie", None, "null"),
        ("", Some("last-query=old"), "null"),
        ("", Some("LAST_QUERY=old"), "null"),
        ("", Some("other=x; last_query=a; last_query=b"), r#""b""#),
    ] {
        let server = start().await;
        let headers: Vec<_> = cookie.iter().map(|cookie| ("Cookie", *cookie)).collect();
        let answer = get_with(&server, &format!("/sub/items/{query}"), &headers).await;
        assert_json(answer, 200, &format!(r#"{{"q_or_cookie":{found}}}"#)).await;
        assert_eq!(server.events().await, IN_ORDER, "{query} {cookie:?}");
    }
}
