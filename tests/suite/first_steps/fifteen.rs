//! Fifteen requests to a first small API, and what a client of the FastAPI app notices.
//!
//! `fifteen.txt` holds the requests and three answers to each: FastAPI's, the lesson's, which
//! are those of axum's own extractors, and those of the same handlers with extractors that
//! answer as FastAPI does, where they are not FastAPI's.

use lesson_tests::server::{client, send};
use lesson_tests::{Binary, Target, expect, fastapi, pages, rust, rust_only, rust_program_only};
use tokio::task::spawn_blocking;

use super::{TICK, start};

const TABLE: &str = include_str!("fifteen.txt");

#[tokio::test]
async fn fs_13_how_many_of_fifteen_answers_differ_from_fastapis() {
    let server = start().await;
    let others = expect(rust(14), fastapi(0));
    let answer = |case: &Case| if others == 0 { case.fastapi } else { case.axum };
    check(server.base_url(), cases(), answer).await;
    assert_eq!(cases().iter().filter(|case| answer(case) != case.fastapi).count(), others);
}

#[tokio::test]
async fn fs_13_a_body_is_answered_as_fastapi_does() {
    rust_program_only!("starts the exercise's program");
    check_solution(|case| case.request.starts_with("POST /items/ ")).await;
}

#[tokio::test]
async fn fs_13_a_path_and_a_query_are_answered_as_fastapi_does() {
    rust_program_only!("starts the exercise's program");
    check_solution(|case| case.request.starts_with("GET /items/")).await;
}

#[tokio::test]
async fn fs_13_an_unknown_path_or_method_has_a_detail() {
    rust_program_only!("starts the exercise's program");
    check_solution(|case| !case.request.contains(" /items/") || case.request.starts_with("DELETE"))
        .await;
}

/// The lesson's handlers with extractors that answer as FastAPI's do.
async fn check_solution(is_wanted: impl Fn(&Case) -> bool) {
    let start = || match Target::current() {
        Target::Program(_) => Binary::start("first-steps", &[], &[]),
        _ => Binary::start_example("first_steps_solution"),
    };
    let server = spawn_blocking(start).await.expect("a program");
    let cases = cases().into_iter().filter(is_wanted);
    check(server.base_url(), cases, |case| case.ours.unwrap_or(case.fastapi)).await;
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

async fn check(
    base_url: &str,
    cases: impl IntoIterator<Item = Case>,
    side: impl Fn(&Case) -> &'static str,
) {
    for case in cases {
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
    let answer = send(request, TICK).await;
    let mut words = vec![answer.status.to_string()];
    for header in ["content-type", "location"] {
        words.extend(answer.header(header).map(|value| value.replace(base_url, "")));
    }
    words.push(with_the_first_id(answer.text().await));
    words.join(" ").trim_end().to_owned()
}

/// The first item that a server stores has the number 1, whichever it is here.
fn with_the_first_id(body: String) -> String {
    match body.split_once(r#","id":"#) {
        Some((item, _)) => format!(r#"{item},"id":1}}"#),
        None => body,
    }
}
