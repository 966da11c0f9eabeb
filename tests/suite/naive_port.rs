//! The first API that a FastAPI developer ports to axum, and what its clients then see.
//!
//! `naive_port.txt` holds the requests and three answers to each: FastAPI's, that of the
//! obvious port with axum's own extractors, and that of the same port with
//! `lesson_support`, where it is not FastAPI's.

use std::future::IntoFuture;

use axum::Router;
use axum::routing::{get, post};
use lesson_support::{Server, Settings};
use lesson_tests::fastapi::Uvicorn;
use lesson_tests::server::client;
use lesson_tests::{fastapi_only, rust_only, workspace};
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;

const TABLE: &str = include_str!("naive_port.txt");

#[derive(Deserialize, Serialize)]
struct Item {
    name: String,
    price: f64,
    quantity: i64,
}

#[derive(Deserialize)]
struct Limit {
    limit: i64,
}

#[derive(Serialize)]
struct Listing {
    item_id: i64,
    limit: i64,
}

/// The obvious port.
fn stock() -> Router {
    use axum::Json;
    use axum::extract::{Path, Query};
    Router::new().route("/items/", post(async |Json(item): Json<Item>| Json(item))).route(
        "/items/{item_id}",
        get(async |Path(item_id): Path<i64>, Query(Limit { limit }): Query<Limit>| {
            Json(Listing { item_id, limit })
        }),
    )
}

/// The same with other imports, and `All` where two extractors are to report together.
fn ours() -> Router {
    use lesson_support::extract::{All, Json, Path, Query};
    Router::new().route("/items/", post(async |Json(item): Json<Item>| Json(item))).route(
        "/items/{item_id}",
        get(
            async |All((Path(item_id), Query(Limit { limit }))): All<(Path<i64>, Query<Limit>)>| {
                Json(Listing { item_id, limit })
            },
        ),
    )
}

#[tokio::test]
async fn the_obvious_port_answers_as_written() {
    rust_only!("asks an axum app of its own");
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let base_url = format!("http://{}", listener.local_addr().expect("an address"));
    tokio::spawn(axum::serve(listener, stock()).into_future());
    check(&base_url, |case| case.axum).await;
}

#[tokio::test]
async fn the_port_with_our_extractors_answers_as_written() {
    rust_only!("asks an axum app of its own");
    let server = Server::bind(Settings { port: 0, ..Settings::default() }).await;
    let server = server.expect("a free port");
    let base_url = server.base_url();
    tokio::spawn(server.serve(ours()));
    check(&base_url, |case| case.ours.unwrap_or(case.fastapi)).await;
}

#[tokio::test]
async fn fastapi_answers_as_written() {
    fastapi_only!("asks real FastAPI");
    let uvicorn = Uvicorn::start_app(&workspace::root().join("tests/fastapi"), "naive_app").await;
    check(uvicorn.base_url(), |case| case.fastapi).await;
}

#[test]
fn the_obvious_port_differs_in_fourteen_of_fifteen_and_ours_in_two() {
    let cases = cases();
    assert_eq!(cases.len(), 15);
    let names = |cases: &[Case], differs: fn(&Case) -> bool| -> Vec<&str> {
        cases.iter().filter(|case| differs(case)).map(|case| case.name).collect()
    };
    // The same status, the parser's own words; and no redirect to the path with a slash.
    assert_eq!(names(&cases, |case| case.ours.is_some()), ["malformed JSON", "missing slash"]);
    assert_eq!(names(&cases, |case| case.axum == case.fastapi), ["an extra field"]);
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
            axum: of("axum").expect("the obvious port's answer"),
            ours: of("here"),
        }
    }
}

async fn check(base_url: &str, side: fn(&Case) -> &'static str) {
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
    words.push(response.text().await.expect("a body"));
    words.join(" ").trim_end().to_owned()
}
