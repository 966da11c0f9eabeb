//! One extractor for path, query and body.

use lesson_tests::{Answer, TestServer, expect, fastapi, rust};
use reqwest::Method;

use super::{assert_get, assert_json, invalid, missing, no_integer, start};

const WINDOW: &str = r#"{"offset":0,"limit":5}"#;
const JSON: &str = "application/json";

async fn send(server: &TestServer, method: Method, path: &str, body: &'static str) -> Answer {
    let request = server.request(method, path).header("content-type", JSON);
    server.send(request.body(body)).await
}

/// FastAPI reads the body once for the handler and once for the dependency.
fn once_or_twice(problems: &[String]) -> Vec<String> {
    let twice: Vec<_> = problems.iter().chain(problems).cloned().collect();
    expect(rust(problems.to_vec()), fastapi(twice))
}

fn missing_in(name: &str, input: &str) -> String {
    format!(
        r#"{{"type":"missing","loc":["body","{name}"],"msg":"Field required","input":{input}}}"#
    )
}

#[tokio::test]
async fn de_39_one_extractor_reads_path_query_and_body() {
    for method in [Method::GET, Method::POST] {
        let server = start().await;
        let answer = send(&server, method, "/params/test/1?query_param=2", WINDOW).await;
        let body = r#"{"my_request":{"offset":0,"limit":5},"dep":{"path_param":"1","query_param":"2","my_request":{"offset":0,"limit":5}}}"#;
        assert_json(answer, 200, body).await;
        let event = expect(
            rust(r#"path_param="1" query_param="2" my_request=Window { offset: 0, limit: 5 }"#),
            fastapi("path_param='1' query_param='2' my_request=Window(offset=0, limit=5)"),
        );
        assert_eq!(server.events().await, [event]);
    }
}

#[tokio::test]
async fn de_39_strings_stay_strings_and_integers_are_parsed_leniently() {
    let server = start().await;
    for (path, body, answer) in [
        (
            "/params/test/1?query_param=2",
            r#"{"offset":"3","limit":5.0}"#,
            r#"{"my_request":{"offset":3,"limit":5},"dep":{"path_param":"1","query_param":"2","my_request":{"offset":3,"limit":5}}}"#,
        ),
        (
            "/params/test/%ED%95%9C%20a?query_param=",
            r#"{"limit":5,"other":1,"offset":0}"#,
            r#"{"my_request":{"offset":0,"limit":5},"dep":{"path_param":"한 a","query_param":"","my_request":{"offset":0,"limit":5}}}"#,
        ),
    ] {
        assert_json(send(&server, Method::POST, path, body).await, 200, answer).await;
    }
}

#[tokio::test]
async fn de_39_errors_in_the_body_are_reported_once() {
    let path = "/params/test/1?query_param=2";
    let nested = r#"{"my_request":{"offset":0,"limit":5}}"#;
    let no_body = r#"{"type":"missing","loc":["body"],"msg":"Field required","input":null}"#;
    for (body, problems) in [
        ("", vec![no_body.to_owned()]),
        (r#"{"offset":"3","limit":"x"}"#, vec![no_integer("body", "limit", "x")]),
        (nested, vec![missing_in("offset", nested), missing_in("limit", nested)]),
        (r#"{"limit":5}"#, vec![missing_in("offset", r#"{"limit":5}"#)]),
        (
            "[]",
            vec![
                r#"{"type":"model_attributes_type","loc":["body"],"msg":"Input should be a valid dictionary or object to extract fields from","input":[]}"#
                    .to_owned(),
            ],
        ),
    ] {
        for method in [Method::GET, Method::POST] {
            let server = start().await;
            let answer = send(&server, method, path, body).await;
            assert_json(answer, 422, &invalid(&once_or_twice(&problems))).await;
            assert_eq!(server.events().await, [""; 0], "{body}");
        }
    }
}

#[tokio::test]
async fn de_39_problems_of_all_three_places_are_gathered() {
    let server = start().await;
    let no_query = missing("query", "query_param");
    let answer = send(&server, Method::GET, "/params/test/1", WINDOW).await;
    assert_json(answer, 422, &invalid(std::slice::from_ref(&no_query))).await;
    let answer = send(&server, Method::POST, "/params/test/1", r#"{"offset":0,"limit":"x"}"#).await;
    let body = once_or_twice(&[no_integer("body", "limit", "x")]);
    assert_json(answer, 422, &invalid(&[vec![no_query], body].concat())).await;
}

#[tokio::test]
async fn de_39_a_body_that_isnt_json_is_reported_alone() {
    let server = start().await;
    for path in ["/params/test/1", "/params/test/1?query_param=2"] {
        let answer = send(&server, Method::POST, path, "{").await;
        let body = r#"{"detail":[{"type":"json_invalid","loc":["body",1],"msg":"JSON decode error","input":{},"ctx":{"error":"Expecting property name enclosed in double quotes"}}]}"#;
        assert_json(answer, 422, body).await;
    }
}

#[tokio::test]
async fn de_39_integers_have_64_bits() {
    let server = start().await;
    let sent = r#"{"offset":99999999999999999999,"limit":5}"#;
    let answer = send(&server, Method::POST, "/params/test/1?query_param=2", sent).await;
    assert_eq!(answer.status, expect(rust(422), fastapi(200)));
    let body = answer.text().await;
    let problem =
        expect(rust(r#""type":"int_parsing_size","loc":["body","offset"]"#), fastapi(sent));
    assert!(body.contains(problem), "{body}");
}

#[tokio::test]
async fn de_40_the_handler_doesnt_mention_the_parameter() {
    let server = start().await;
    for (query, body) in [
        ("?query_param=1", r#"{"response":"1"}"#),
        ("?query_param=", r#"{"response":""}"#),
        ("?query_param=1&query_param=2", r#"{"response":"2"}"#),
    ] {
        assert_get(&server, &format!("/query-only/test{query}"), body).await;
    }
    for query in ["", "?Query_Param=1"] {
        let answer = server.get(&format!("/query-only/test{query}")).await;
        assert_json(answer, 422, &invalid(&[missing("query", "query_param")])).await;
    }
}
