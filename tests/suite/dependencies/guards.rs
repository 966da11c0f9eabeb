//! Guards: on a route, on a router, on an app.

use lesson_tests::{expect, fastapi, fastapi_only, rust};
use reqwest::Method;

use super::{
    KEY, TOKEN, assert_json, assert_redirect, get_with, invalid, missing, no_integer, start,
};

const BAD_TOKEN: (&str, &str) = ("X-Token", "bad");
const BAD_KEY: (&str, &str) = ("X-Key", "bad");
const TOKEN_INVALID: &str = r#"{"detail":"X-Token header invalid"}"#;
const KEY_INVALID: &str = r#"{"detail":"X-Key header invalid"}"#;

fn token_missing() -> String {
    missing("header", "x-token")
}

fn key_missing() -> String {
    missing("header", "x-key")
}

#[tokio::test]
async fn de_15_guards_run_in_order_before_the_handler() {
    let server = start().await;
    let answer = get_with(&server, "/decorator/items/", &[KEY, TOKEN]).await;
    assert_json(answer, 200, r#"[{"item":"Foo"},{"item":"Bar"}]"#).await;
    assert_eq!(server.events().await, ["token checked", "key checked"]);
}

#[tokio::test]
async fn de_16_missing_headers_are_gathered_and_a_wrong_one_is_a_400() {
    for (headers, status, body, events) in [
        (&[][..], 422, invalid(&[token_missing(), key_missing()]), &[][..]),
        (&[TOKEN], 422, invalid(&[key_missing()]), &["token checked"]),
        (&[KEY], 422, invalid(&[token_missing()]), &["key checked"]),
        (&[BAD_TOKEN], 400, TOKEN_INVALID.to_owned(), &["token checked"]),
        (&[BAD_TOKEN, KEY], 400, TOKEN_INVALID.to_owned(), &["token checked"]),
        (&[BAD_TOKEN, BAD_KEY], 400, TOKEN_INVALID.to_owned(), &["token checked"]),
        (&[TOKEN, BAD_KEY], 400, KEY_INVALID.to_owned(), &["token checked", "key checked"]),
        // A missing token doesn't keep the key from being checked.
        (&[BAD_KEY], 400, KEY_INVALID.to_owned(), &["key checked"]),
        // An empty value is a wrong one, not a missing one.
        (&[("X-Token", ""), ("X-Key", "")], 400, TOKEN_INVALID.to_owned(), &["token checked"]),
        // The name has a hyphen.
        (&[("X_Token", TOKEN.1)], 422, invalid(&[token_missing(), key_missing()]), &[]),
    ] {
        let server = start().await;
        let answer = get_with(&server, "/decorator/items/", headers).await;
        assert_json(answer, status, &body).await;
        assert_eq!(server.events().await, events, "{headers:?}");
    }
}

#[tokio::test]
async fn de_16_header_names_ignore_case_and_the_first_value_counts() {
    let server = start().await;
    let headers = [("x-tOKEN", TOKEN.1), ("x-token", "bad"), ("X-KEY", KEY.1)];
    assert_eq!(get_with(&server, "/decorator/items/", &headers).await.status, 200);
    let headers = [BAD_TOKEN, TOKEN, KEY];
    assert_eq!(get_with(&server, "/decorator/items/", &headers).await.status, 400);
}

/// No whole secret, but nearly one; the last is a secret, but the key's and no token.
const WRONG: [&str; 10] = [
    "",
    "f",
    "fake-super-secret-toke",
    "fake-super-secret-token1",
    "fake-super-secret-tokenfake-super-secret-token",
    "Fake-super-secret-token",
    "fake-super-secret-tokeN",
    "fake-super-secret-tok\u{e9}n",
    "\u{e9}",
    KEY.1,
];

#[tokio::test]
async fn de_65_only_the_whole_key_passes() {
    let server = start().await;
    for wrong in WRONG.into_iter().filter(|wrong| *wrong != KEY.1) {
        let answer = get_with(&server, "/decorator/key-reused/", &[("X-Key", wrong)]).await;
        assert_json(answer, 400, KEY_INVALID).await;
    }
}

#[tokio::test]
async fn de_65_only_the_whole_token_passes() {
    let server = start().await;
    for wrong in WRONG {
        let answer = get_with(&server, "/router/items/", &[("X-Token", wrong)]).await;
        assert_json(answer, 400, TOKEN_INVALID).await;
    }
    let twice = [TOKEN, BAD_TOKEN];
    assert_eq!(get_with(&server, "/router/items/", &twice).await.status, 200);
    let joined = format!("{0}, {0}", TOKEN.1);
    let answer = get_with(&server, "/router/items/", &[("X-Token", &joined)]).await;
    assert_json(answer, 400, TOKEN_INVALID).await;
}

#[tokio::test]
async fn de_17_a_guard_can_also_be_an_argument() {
    let server = start().await;
    let path = "/decorator/key-reused/";
    assert_json(get_with(&server, path, &[KEY]).await, 200, r#"{"key":"fake-super-secret-key"}"#)
        .await;
    assert_json(get_with(&server, path, &[BAD_KEY]).await, 400, KEY_INVALID).await;
    assert_json(server.get(path).await, 422, &invalid(&[key_missing()])).await;
    assert_eq!(server.events().await, ["key checked"; 2]);
}

#[tokio::test]
async fn de_18_every_route_of_the_app_is_guarded() {
    let server = start().await;
    for (path, body) in [
        ("/global/items/", r#"[{"item":"Portal Gun"},{"item":"Plumbus"}]"#),
        ("/global/users/", r#"[{"username":"Rick"},{"username":"Morty"}]"#),
    ] {
        assert_json(get_with(&server, path, &[TOKEN, KEY]).await, 200, body).await;
        let both = invalid(&[token_missing(), key_missing()]);
        assert_json(server.get(path).await, 422, &both).await;
        assert_json(get_with(&server, path, &[TOKEN, BAD_KEY]).await, 400, KEY_INVALID).await;
        assert_json(get_with(&server, path, &[BAD_KEY]).await, 400, KEY_INVALID).await;
    }
}

#[tokio::test]
async fn de_18_unknown_routes_are_not_guarded() {
    let server = start().await;
    for path in ["/global/nowhere", "/global/items/1"] {
        assert_json(server.get(path).await, 404, r#"{"detail":"Not Found"}"#).await;
    }
    assert_redirect(&server, expect(rust(404), fastapi(307)), "/global/items", "/global/items/")
        .await;
    assert_eq!(server.events().await, [""; 0]);
}

#[tokio::test]
async fn de_18_other_methods_are_not_guarded() {
    let server = start().await;
    for headers in [&[][..], &[BAD_TOKEN], &[TOKEN, KEY]] {
        let request = server.request(Method::POST, "/global/items/");
        let request = headers.iter().fold(request, |request, (n, v)| request.header(*n, *v));
        let answer = server.send(request).await;
        assert_eq!(answer.header("allow"), Some(expect(rust("GET,HEAD"), fastapi("GET"))));
        assert_json(answer, 405, r#"{"detail":"Method Not Allowed"}"#).await;
    }
    assert_eq!(server.events().await, [""; 0]);
}

#[tokio::test]
async fn de_18_fastapis_documentation_is_not_guarded() {
    fastapi_only!("axum writes no OpenAPI document by itself");
    let server = start().await;
    for path in ["/global/docs", "/global/openapi.json"] {
        assert_eq!(server.get(path).await.status, 200, "{path}");
    }
}

#[tokio::test]
async fn de_19_every_route_of_the_router_is_guarded() {
    let server = start().await;
    for (path, status, body) in [
        ("/router/items/", 200, r#"[{"item":"Foo"}]"#),
        ("/router/items/foo", 200, r#"{"item":"Foo"}"#),
        ("/router/items/nope", 404, r#"{"detail":"Item not found"}"#),
        ("/router/pages/7", 200, "7"),
    ] {
        assert_json(get_with(&server, path, &[TOKEN]).await, status, body).await;
        assert_json(get_with(&server, path, &[BAD_TOKEN]).await, 400, TOKEN_INVALID).await;
        assert_json(server.get(path).await, 422, &invalid(&[token_missing()])).await;
    }
}

#[tokio::test]
async fn de_19_other_routes_are_not_guarded() {
    let server = start().await;
    assert_eq!(server.get("/ping").await.status, 200);
    assert_eq!(server.get("/function/items/").await.status, 200);
    assert_json(server.get("/router/nowhere").await, 404, r#"{"detail":"Not Found"}"#).await;
    let answer = server.send(server.request(Method::POST, "/router/items/")).await;
    assert_json(answer, 405, r#"{"detail":"Method Not Allowed"}"#).await;
}

#[tokio::test]
async fn de_19_tags_and_responses_are_for_the_documentation() {
    fastapi_only!("axum writes no OpenAPI document by itself");
    let server = start().await;
    let document = server.get("/openapi.json").await.text().await;
    let document: serde_json::Value = serde_json::from_str(&document).expect("JSON");
    let operation = &document["paths"]["/router/items/"]["get"];
    assert_eq!(operation["tags"], serde_json::json!(["items"]));
    assert_eq!(operation["responses"]["404"]["description"], "Not found");
}

#[tokio::test]
async fn de_47_a_guard_in_a_layer_answers_alone() {
    let server = start().await;
    let answer = server.get("/router/pages/x").await;
    let number = no_integer("path", "number", "x");
    let alone = invalid(&[token_missing()]);
    let together = invalid(&[token_missing(), number.clone()]);
    assert_json(answer, 422, &expect(rust(alone), fastapi(together))).await;
    let answer = get_with(&server, "/router/pages/x", &[TOKEN]).await;
    assert_json(answer, 422, &invalid(&[number])).await;
}

#[tokio::test]
async fn de_47_a_guard_as_an_argument_answers_with_the_others() {
    let server = start().await;
    let path = "/decorator/pages/x";
    let number = no_integer("path", "number", "x");
    let together = invalid(&[token_missing(), number.clone()]);
    assert_json(server.get(path).await, 422, &together).await;
    assert_json(get_with(&server, path, &[TOKEN]).await, 422, &invalid(&[number])).await;
    assert_json(get_with(&server, path, &[BAD_TOKEN]).await, 400, TOKEN_INVALID).await;
    assert_json(get_with(&server, "/decorator/pages/7", &[TOKEN]).await, 200, "7").await;
}
