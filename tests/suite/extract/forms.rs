//! Forms, files and parts of a body: `Form`, `Embed`, and what may be left out as a whole.

mod app;
mod random;
mod table;

use lesson_tests::{fastapi_only, own_server_only};
use serde_json::Value;

use super::{Answer, Sent, Server, assert_alike, seed};

/// How many random requests are compared.
const REQUESTS: usize = 1_500;

/// The `input` of a problem with a file, of which FastAPI shows more: what it has in memory.
const SHOWN: [&str; 3] = ["filename", "size", "headers"];

#[tokio::test]
async fn forms_picked_by_hand_are_answered_as_written() {
    own_server_only!("needs routes of its own");
    let server = Server::of_target(app::router(), "extract_forms").await;
    for (sent, written) in table::alike().into_iter().chain(table::different()) {
        let answer = server.ask(&sent).await;
        assert_eq!(answer.summary(), written, "{sent:?}");
    }
}

#[tokio::test]
async fn random_forms_are_answered_as_fastapi_does() {
    fastapi_only!("compares with real FastAPI");
    let ours = Server::rust(app::router()).await;
    let fastapis = Server::fastapi("extract_forms").await;
    let seed = seed();
    let by_hand = table::alike().into_iter().map(|(sent, _)| sent);
    let sent = by_hand.chain(random::requests(seed).take(REQUESTS));
    assert_alike(&ours, &fastapis, seed, sent, without_objects).await;
}

/// An answer without what FastAPI has in memory.
fn without_objects(mut answer: Answer) -> Answer {
    let problems = answer.body.get_mut("detail").and_then(Value::as_array_mut);
    let inputs = problems.into_iter().flatten().filter_map(|problem| problem.get_mut("input"));
    inputs.for_each(reduce);
    answer
}

fn reduce(input: &mut Value) {
    match input {
        Value::Object(object) if object.contains_key("filename") => {
            object.retain(|name, _| SHOWN.contains(&name.as_str()));
        }
        Value::Array(items) => items.iter_mut().for_each(reduce),
        _ => {}
    }
}

/// A urlencoded form.
fn form(target: &str, fields: impl Into<axum::body::Bytes>) -> Sent {
    Sent::post(target, fields).header("content-type", "application/x-www-form-urlencoded")
}

/// A multipart form, whose boundary is `b`.
fn multipart(target: &str, body: impl Into<axum::body::Bytes>) -> Sent {
    Sent::post(target, body).header("content-type", "multipart/form-data; boundary=b")
}

/// A part: what comes after `form-data; `, more headers, and the content.
fn part(disposition: &str, headers: &str, content: impl AsRef<[u8]>) -> Vec<u8> {
    let head = format!("--b\r\nContent-Disposition: form-data; {disposition}\r\n{headers}\r\n");
    [head.as_bytes(), content.as_ref(), b"\r\n"].concat()
}

/// A whole body.
fn body(parts: &[Vec<u8>]) -> Vec<u8> {
    [&parts.concat()[..], b"--b--\r\n"].concat()
}
