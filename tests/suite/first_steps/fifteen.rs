//! Fifteen requests to a first small API, and what a client of the FastAPI app notices.
//!
//! `fifteen.txt` holds the requests and three answers to each: FastAPI's, the lesson's, which
//! are those of axum's own extractors, and those of the same handlers with extractors that
//! answer as FastAPI does, where they are not FastAPI's.

use std::future::IntoFuture;

use axum::Router;
use axum::http::StatusCode;
use axum::routing::{get, post};
use lesson_tests::server::client;
use lesson_tests::{expect, fastapi, pages, rust, rust_only};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::start;

const TABLE: &str = include_str!("fifteen.txt");

#[tokio::test]
async fn fs_13_how_many_of_fifteen_answers_differ_from_fastapis() {
    let server = start().await;
    let others = expect(rust(14), fastapi(0));
    let answer = |case: &Case| if others == 0 { case.fastapi } else { case.axum };
    check(server.base_url(), answer).await;
    assert_eq!(cases().iter().filter(|case| answer(case) != case.fastapi).count(), others);
}

#[tokio::test]
async fn fs_13_the_same_handlers_with_extractors_that_answer_as_fastapi_does() {
    rust_only!("asks an axum app of its own");
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let base_url = format!("http://{}", listener.local_addr().expect("an address"));
    tokio::spawn(axum::serve(listener, as_fastapi()).into_future());
    check(&base_url, |case| case.ours.unwrap_or(case.fastapi)).await;
}

#[test]
fn fs_13_the_table_says_in_brief_what_was_answered() {
    rust_only!("reads the README");
    let cases = cases();
    assert_eq!(cases.len(), 15);
    let pages = pages::of_lesson("first-steps");
    let mut table = "| the request | FastAPI | axum | with our extractors |\n\
                     | --- | --- | --- | --- |\n"
        .to_owned();
    for case in &cases {
        let ours = brief(case.ours.unwrap_or(case.fastapi));
        let (fastapi, axum) = (brief(case.fastapi), brief(case.axum));
        table.push_str(&format!("| {} | {fastapi} | {axum} | {ours} |\n", case.name));
    }
    let shown = pages.iter().any(|page| page.text().contains(&table));
    assert!(shown, "the table of the README is:\n\n{table}");
}

#[test]
fn fs_13_with_our_extractors_one_answer_differs() {
    rust_only!("reads the answers");
    let cases = cases();
    let left: Vec<&str> =
        cases.iter().filter(|case| case.ours.is_some()).map(|case| case.name).collect();
    // No redirect to the path with a slash.
    assert_eq!(left, ["missing slash"]);
}

/// The lesson's two handlers with other imports: `All` where two extractors are to report
/// together, and fallbacks that have a body.
fn as_fastapi() -> Router {
    use fastapi_extract::{All, Json, Path, Query};

    #[derive(Deserialize, Serialize)]
    struct Item {
        name: String,
        price: f64,
        quantity: i64,
    }

    #[derive(Serialize)]
    struct Stored {
        #[serde(flatten)]
        item: Item,
        id: i64,
    }

    #[derive(Deserialize)]
    struct Wanted {
        limit: i64,
    }

    type Where = All<(Path<i64>, Query<Wanted>)>;

    Router::new()
        .route(
            "/items/",
            post(async |Json(item): Json<Item>| {
                (StatusCode::CREATED, Json(Stored { item, id: 1 }))
            }),
        )
        .route(
            "/items/{item_id}",
            get(async |All((Path(id), Query(wanted))): Where| Json([id, wanted.limit])),
        )
        .fallback(async || detail(StatusCode::NOT_FOUND, "Not Found"))
        .method_not_allowed_fallback(async || {
            detail(StatusCode::METHOD_NOT_ALLOWED, "Method Not Allowed")
        })
}

fn detail(status: StatusCode, detail: &str) -> (StatusCode, axum::Json<Value>) {
    (status, axum::Json(json!({ "detail": detail })))
}

/// A request and its answers, each as in `422 application/json {"detail":…}`.
struct Case {
    name: &'static str,
    /// Method, path, and what is left of the line: a JSON body, or one without a type.
    request: &'static str,
    fastapi: &'static str,
    axum: &'static str,
    ours: Option<&'static str>,
}

fn cases() -> Vec<Case> {
    TABLE.trim().split("\n\n").map(Case::parse).collect()
}

impl Case {
    fn parse(paragraph: &'static str) -> Self {
        let (head, answers) = paragraph.split_once('\n').expect("answers");
        let (name, request) = head.split_once(": ").expect("a name and a request");
        let of = |side: &str| {
            let line = answers.lines().find_map(|line| line.trim_start().strip_prefix(side));
            line.map(str::trim_start)
        };
        Self {
            name,
            request,
            fastapi: of("FastAPI").expect("FastAPI's answer"),
            axum: of("axum").expect("axum's answer"),
            ours: of("here"),
        }
    }
}

/// `422 JSON` for an answer with a body in JSON, `404` for one without.
fn brief(answer: &str) -> String {
    let (status, rest) = answer.split_once(' ').unwrap_or((answer, ""));
    match rest.split(' ').next() {
        Some("application/json") => format!("{status} JSON"),
        Some("text/plain;") => format!("{status} text"),
        Some(location) if location.starts_with('/') => format!("{status} to `{location}`"),
        _ => format!("{status}, empty"),
    }
}

async fn check(base_url: &str, side: impl Fn(&Case) -> &'static str) {
    for case in cases() {
        let answer = ask(base_url, case.request).await;
        assert_eq!(answer, side(&case), "{}: {}", case.name, case.request);
    }
}

/// Sends `POST /items/ {"name":…}`; `(no content type)` before the body leaves the type out.
async fn ask(base_url: &str, request: &'static str) -> String {
    let mut words = request.splitn(3, ' ');
    let method = words.next().expect("a method").parse().expect("a method");
    let path = words.next().expect("a path");
    let mut request = client().request(method, format!("{base_url}{path}"));
    if let Some(body) = words.next() {
        request = match body.strip_prefix("(no content type) ") {
            Some(body) => request.body(body),
            None => {
                let body = body.trim_start_matches("(empty)");
                request.header("content-type", "application/json").body(body)
            }
        };
    }
    let response = request.send().await.expect("an answer");
    let mut words = vec![response.status().as_u16().to_string()];
    for header in ["content-type", "location"] {
        let value = response.headers().get(header);
        words.extend(value.map(|value| value.to_str().expect("text").replace(base_url, "")));
    }
    words.push(with_the_first_id(response.text().await.expect("a body")));
    words.join(" ").trim_end().to_owned()
}

/// The first item that a server stores has the number 1, whichever it is here.
fn with_the_first_id(body: String) -> String {
    match body.split_once(r#","id":"#) {
        Some((item, _)) => format!(r#"{item},"id":1}}"#),
        None => body,
    }
}
