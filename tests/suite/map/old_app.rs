//! Including WSGI: the old app runs on, and the router's fallback passes on to it. The program
//! is `lessons/streaming/examples/old_app.rs`.

use std::convert::Infallible;
use std::io;
use std::time::Duration;

use async_stream::stream;
use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::header::{self, HeaderMap, HeaderName};
use axum::http::{Method, StatusCode, Uri};
use axum::response::AppendHeaders;
use lesson_tests::server::{client, send};
use lesson_tests::{Answer, Binary, End, rust_only};
use reqwest::RequestBuilder;
use tokio::sync::mpsc;
use tokio::task::yield_now;
use tokio::time::timeout;

use crate::streaming::raw_clients::get_10;
use crate::streaming::raw_upstream;
use crate::support::running::serve;

/// The new app, in front of this old one.
async fn in_front_of(old: Router) -> Binary {
    in_front_of_url(&serve(old).await)
}

fn in_front_of_url(old: &str) -> Binary {
    Binary::start_example_with("old_app", &[], &[("LESSON_OLD_APP", old)])
}

fn request(server: &Binary, method: Method, path: &str) -> RequestBuilder {
    client().request(method, format!("{}{path}", server.base_url()))
}

async fn sent(request: RequestBuilder) -> Answer {
    let head = send(request, Duration::from_secs(1));
    timeout(Duration::from_secs(15), head).await.expect("a head in time")
}

/// An old app that tells what has arrived: the line, the headers in order, the body.
fn telling() -> Router {
    Router::new().fallback(async |method: Method, uri: Uri, headers: HeaderMap, body: String| {
        let mut lines: Vec<String> = headers.iter().map(|(k, v)| format!("{k}: {v:?}")).collect();
        lines.sort();
        format!("{method} {uri}\n{}\n{body}", lines.join("\n"))
    })
}

#[tokio::test]
async fn what_the_new_app_has_is_its_own_and_everything_else_is_the_old_ones() {
    rust_only!("starts an example");
    let server = in_front_of(Router::new().fallback(async || "the old app")).await;
    for (path, text) in [
        ("/v2", "the new app"),
        ("/v2/", "the old app"),
        ("/v1/items", "the old app"),
        ("/", "the old app"),
    ] {
        let answer = server.get(path).await;
        assert_eq!((answer.status, answer.text().await.as_str()), (200, text), "{path}");
    }
    assert_eq!(sent(request(&server, Method::PUT, "/v2")).await.status, 405);
}

#[tokio::test]
async fn method_path_query_headers_and_body_arrive_at_the_old_app() {
    rust_only!("starts an example");
    let server = in_front_of(telling()).await;
    let path = "/v1/a%2Fb%20c/?q=%C3%A9&q=a%26b&empty=";
    let put = request(&server, Method::PUT, path)
        .header("host", "shop.example")
        .header("cookie", "session=1")
        .header("x-forwarded-for", "203.0.113.7")
        .header("x-tag", "one")
        .header("x-tag", "two")
        .body("a spanner");
    assert_eq!(
        sent(put).await.text().await,
        format!(
            "PUT {path}\naccept: \"*/*\"\ncontent-length: \"9\"\ncookie: \"session=1\"\n\
             host: \"shop.example\"\nx-forwarded-for: \"127.0.0.1\"\nx-tag: \"one\"\nx-tag: \"two\"\na spanner"
        )
    );
    // Without a body there is no `transfer-encoding` either, which old servers cannot read.
    let delete = request(&server, Method::DELETE, "/v1/7").header("host", "shop.example");
    assert_eq!(
        sent(delete).await.text().await,
        "DELETE /v1/7\naccept: \"*/*\"\nhost: \"shop.example\"\nx-forwarded-for: \"127.0.0.1\"\n"
    );
}

#[tokio::test]
async fn status_headers_and_body_of_the_old_app_come_back() {
    rust_only!("starts an example");
    let old = Router::new().fallback(async || {
        let cookies = AppendHeaders([(header::SET_COOKIE, "a=1"), (header::SET_COOKIE, "b=2")]);
        (StatusCode::SEE_OTHER, [(header::LOCATION, "/v1/login")], cookies, "elsewhere")
    });
    let server = in_front_of(old).await;
    let answer = server.get("/v1/account").await;
    assert_eq!(answer.status, 303);
    assert_eq!(answer.header("location"), Some("/v1/login"));
    assert_eq!(answer.header("content-length"), Some("9"));
    assert_eq!(answer.content_type(), Some("text/plain; charset=utf-8"));
    let cookies: Vec<_> = answer.headers.get_all(header::SET_COOKIE).iter().collect();
    assert_eq!(cookies, ["a=1", "b=2"]);
    assert_eq!(answer.text().await, "elsewhere");
    let answer = sent(request(&server, Method::HEAD, "/v1/account")).await;
    assert_eq!((answer.status, answer.header("content-length")), (303, Some("9")));
}

/// Headers about one connection, one of them only because `connection` says so.
const HOP_BY_HOP: [(HeaderName, &str); 9] = [
    (header::CONNECTION, "X-Hop, Keep-Alive"),
    (HeaderName::from_static("x-hop"), "1"),
    (HeaderName::from_static("keep-alive"), "timeout=5"),
    (HeaderName::from_static("proxy-connection"), "keep-alive"),
    (header::PROXY_AUTHENTICATE, "Basic"),
    (header::PROXY_AUTHORIZATION, "Basic c2VjcmV0"),
    (header::TE, "trailers"),
    (header::TRAILER, "x-checksum"),
    (header::UPGRADE, "echo"),
];

#[tokio::test]
async fn headers_about_one_connection_are_not_passed_on() {
    rust_only!("starts an example");
    let server = in_front_of(telling()).await;
    let mut post = request(&server, Method::POST, "/v1").header("x-end", "2");
    for (name, value) in HOP_BY_HOP {
        post = post.header(name, value);
    }
    let arrived = sent(post.body("a spanner")).await.text().await;
    let names: Vec<_> = arrived.lines().filter_map(|line| Some(line.split_once(": ")?.0)).collect();
    assert_eq!(names, ["accept", "content-length", "host", "x-end", "x-forwarded-for"]);

    let old = Router::new()
        .fallback(async || (AppendHeaders(HOP_BY_HOP), [("x-end", "2")], "the old app"));
    let answer = in_front_of(old).await.get("/v1").await;
    let mut names: Vec<_> = answer.headers.keys().map(HeaderName::as_str).collect();
    names.sort();
    assert_eq!(names, ["content-length", "content-type", "date", "x-end"]);
    assert_eq!(answer.text().await, "the old app");
}

#[tokio::test]
async fn bodies_are_passed_on_piece_by_piece_in_both_directions() {
    rust_only!("starts an example");
    let echo = Router::new().fallback(async |request: Request| request.into_body());
    let server = in_front_of(echo).await;
    let (sender, mut pieces) = mpsc::unbounded_channel();
    let body = stream! {
        while let Some(piece) = pieces.recv().await {
            yield Ok::<_, Infallible>(piece);
        }
    };
    sender.send("one").expect("a receiver");
    let post = request(&server, Method::POST, "/v1").body(reqwest::Body::wrap_stream(body));
    let mut answer = sent(post).await;
    // The second is sent only after the first has come back.
    assert_eq!(answer.next_piece().await.expect("a piece").text, "one");
    sender.send("two").expect("a receiver");
    assert_eq!(answer.next_piece().await.expect("a piece").text, "two");
    drop(sender);
    let rest = answer.rest().await;
    assert_eq!((rest.text().as_str(), rest.end), ("", End::Complete));
}

#[tokio::test]
async fn an_old_app_that_is_down_is_a_502() {
    rust_only!("starts an example");
    let server = in_front_of_url("http://127.0.0.1:1");
    let answer = server.get("/v1/items").await;
    assert_eq!((answer.status, answer.content_type()), (502, Some("application/json")));
    assert_eq!(answer.text().await, r#"{"detail":"Bad Gateway"}"#);
    server.log_line("no answer from the old app");
    assert_eq!(server.get("/v2").await.text().await, "the new app");
}

/// It says nothing about closing, and closes when the next request has arrived.
#[tokio::test]
async fn a_post_is_not_lost_on_a_connection_that_the_old_app_closes() {
    rust_only!("starts an example");
    let old = raw_upstream::upstream(async |mut connection, _| {
        if connection.request().await {
            connection.send("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok").await;
        }
        connection.request().await;
    });
    let server = in_front_of_url(&old.await.url);
    for _ in 0..3 {
        let answer = sent(request(&server, Method::POST, "/v1")).await;
        assert_eq!((answer.status, answer.text().await.as_str()), (200, "ok"));
    }
}

#[tokio::test]
async fn half_of_a_stream_does_not_look_whole_to_an_old_client() {
    rust_only!("starts an example");
    let old = Router::new().fallback(async || {
        Body::from_stream(stream! {
            yield Ok("half of it");
            yield_now().await; // or not even the head is sent
            yield Err(io::Error::other("the old app fails half-way"));
        })
    });
    let server = in_front_of(old).await;
    let answer = get_10(server.base_url(), "/v1").await;
    assert_eq!(answer.status(), "426");
    assert_eq!(get_10(server.base_url(), "/v2").await.body, "the new app");
}
