//! Server B: the status and the headers that it passes on, in both directions.

use axum::Router;
use axum::http::header::{self, HeaderMap, HeaderName};
use axum::http::{Method, StatusCode};
use axum::response::{AppendHeaders, IntoResponse};
use lesson_tests::{Answer, TestServer, expect, fastapi, own_server_only, rust};

use super::raw_upstream;
use super::relay::relay_of;
use crate::support::running::serve;

/// What Python's `gzip` makes of `{"compressed": true}`.
const GZIP: &[u8] = b"\x1f\x8b\x08\0\0\0\0\0\x02\x03\xabVJ\xce\xcf-(J-.NMQ\xb2R()*M\xad\x05\0\
    \xbd\xa5,-\x14\0\0\0";

/// The names of the headers, without those that every server adds to its own answers.
fn names(answer: &Answer) -> Vec<&str> {
    let mut names: Vec<&str> = answer.headers.keys().map(HeaderName::as_str).collect();
    names.retain(|name| !["connection", "date", "server"].contains(name));
    names.sort_unstable();
    names
}

/// An upstream with one answer for everybody.
async fn upstream(answer: impl IntoResponse + Clone + Send + Sync + 'static) -> TestServer {
    relay_of(&serve(Router::new().fallback(async move || answer)).await).await
}

#[tokio::test]
async fn st_50_a_compressed_body_stays_compressed() {
    own_server_only!("sets LESSON_UPSTREAM_URL");
    let json = [(header::CONTENT_TYPE, "application/json"), (header::CONTENT_ENCODING, "gzip")];
    let server = upstream((json, GZIP)).await;
    let mut answer = server.get("/server-b/file").await;
    assert_eq!(answer.content_type(), Some("application/json"));
    assert_eq!(answer.header("content-encoding"), expect(rust(Some("gzip")), fastapi(None)));
    let mut body = Vec::new();
    while let Ok(piece) = answer.next_bytes().await {
        body.extend(piece);
    }
    let body = if body == GZIP { "compressed".into() } else { String::from_utf8_lossy(&body) };
    assert_eq!(body, expect(rust("compressed"), fastapi(r#"{"compressed": true}"#)));
}

#[tokio::test]
async fn st_50_headers_about_the_body_are_passed_on() {
    own_server_only!("sets LESSON_UPSTREAM_URL");
    let about_the_body = [
        (header::ACCEPT_RANGES, "bytes"),
        (header::CACHE_CONTROL, "max-age=60"),
        (header::CONTENT_DISPOSITION, "attachment"),
        (header::CONTENT_LANGUAGE, "ko"),
        (header::CONTENT_TYPE, "text/csv"),
        (header::ETAG, "\"v1\""),
        (header::LAST_MODIFIED, "Sat, 29 Aug 2026 12:00:00 GMT"),
        (header::LINK, "</next>"),
        (header::LINK, "</last>"),
    ];
    let server = upstream((AppendHeaders(about_the_body.clone()), "a,b")).await;
    let answer = server.get("/server-b/file").await;
    let all = vec![
        "accept-ranges",
        "cache-control",
        "content-disposition",
        "content-language",
        "content-length",
        "content-type",
        "etag",
        "last-modified",
        "link",
    ];
    let its_own = vec!["content-type", "transfer-encoding"];
    assert_eq!(names(&answer), expect(rust(all), fastapi(its_own)));
    if answer.headers.contains_key(header::ETAG) {
        for (name, value) in about_the_body {
            assert!(answer.headers.get_all(&name).iter().any(|line| line == value), "{name}");
        }
        assert_eq!(answer.header("content-length"), Some("3"));
    }
    assert_eq!(answer.text().await, "a,b");
}

/// Headers about the connection between the two servers, one of which `connection` names; a length,
/// which doesn't count beside chunks; and a cookie.
const HEAD: &str = "HTTP/1.1 200 OK\r\nconnection: Keep-Alive, X-Hop\r\nx-hop: 1\r\n\
    keep-alive: timeout=5\r\nproxy-authenticate: Basic\r\nproxy-connection: keep-alive\r\n\
    te: trailers\r\ntrailer: x-checksum\r\nupgrade: echo\r\ncontent-length: 3\r\n\
    transfer-encoding: chunked\r\nset-cookie: session=1\r\nx-end: 2\r\n\r\n";

#[tokio::test]
async fn st_50_headers_about_one_connection_stay_behind() {
    own_server_only!("sets LESSON_UPSTREAM_URL");
    let answer = format!("{HEAD}7\r\na,b,c,d\r\n0\r\nx-checksum: 1\r\n\r\n");
    let upstream = raw_upstream::upstream(move |connection, _| {
        let answer = answer.clone();
        async move { connection.answer_each(&answer).await }
    });
    let server = relay_of(&upstream.await.url).await;
    let answer = server.get("/server-b/file").await;
    let end_to_end = vec!["transfer-encoding", "x-end"];
    let its_own = vec!["content-type", "transfer-encoding"];
    assert_eq!(names(&answer), expect(rust(end_to_end), fastapi(its_own)));
    assert_eq!(answer.text().await, "a,b,c,d");
}

/// The client's cookies and passwords are for this server only.
#[tokio::test]
async fn st_50_the_upstream_learns_what_is_wanted_but_not_by_whom() {
    own_server_only!("sets LESSON_UPSTREAM_URL");
    let telling = async |headers: HeaderMap| {
        let mut names: Vec<&str> = headers.keys().map(HeaderName::as_str).collect();
        names.sort_unstable();
        names.join(" ")
    };
    let server = relay_of(&serve(Router::new().fallback(telling)).await).await;
    let mut request = server.request(Method::GET, "/server-b/file");
    for name in [
        "accept-encoding",
        "authorization",
        "cookie",
        "if-modified-since",
        "if-none-match",
        "if-range",
        "range",
        "te",
        "x-forwarded-for",
    ] {
        request = request.header(name, "bytes=0-1");
    }
    assert_eq!(
        server.send(request).await.text().await,
        expect(
            rust("accept accept-encoding host if-modified-since if-none-match if-range range"),
            fastapi("accept accept-encoding connection host user-agent"),
        )
    );
}

#[tokio::test]
async fn st_51_a_status_about_the_body_is_passed_on() {
    own_server_only!("sets LESSON_UPSTREAM_URL");
    for (status, body) in [
        (StatusCode::OK, "a body"),
        (StatusCode::CREATED, "a body"),
        (StatusCode::NON_AUTHORITATIVE_INFORMATION, "a body"),
        (StatusCode::NO_CONTENT, ""),
    ] {
        let server = upstream((status, body)).await;
        let answer = server.get("/server-b/file").await;
        let wanted = expect(rust(status.as_u16()), fastapi(200));
        assert_eq!(answer.status, wanted, "the status, if the upstream's is {status}");
        assert_eq!(answer.text().await, body, "the body, if the upstream's status is {status}");
    }
}

const TEN: &str = "0123456789";
const VERSION: &str = "\"v1\"";

/// A file of ten bytes that answers ranges and conditions.
async fn ten_bytes(method: Method, headers: HeaderMap) -> impl IntoResponse {
    let asked = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let range =
        asked(header::RANGE).filter(|_| asked(header::IF_RANGE).is_none_or(|v| v == VERSION));
    let (status, range, body) = match (asked(header::IF_NONE_MATCH), range) {
        (Some(VERSION), _) => (StatusCode::NOT_MODIFIED, "", ""),
        (_, Some("bytes=2-4")) => (StatusCode::PARTIAL_CONTENT, "bytes 2-4/10", "234"),
        (_, Some(_)) => (StatusCode::RANGE_NOT_SATISFIABLE, "bytes */10", ""),
        (_, None) => (StatusCode::OK, "", TEN),
    };
    let headers = [(header::ETAG, VERSION), (header::CONTENT_RANGE, range)];
    (status, [("x-method", method.to_string())], headers, body)
}

#[tokio::test]
async fn st_51_a_client_gets_the_part_that_it_asks_for() {
    own_server_only!("sets LESSON_UPSTREAM_URL");
    let server = relay_of(&serve(Router::new().fallback(ten_bytes)).await).await;
    for (asked, status, range, body) in [
        (vec![(header::RANGE, "bytes=2-4")], 206, "bytes 2-4/10", "234"),
        (
            vec![(header::RANGE, "bytes=2-4"), (header::IF_RANGE, VERSION)],
            206,
            "bytes 2-4/10",
            "234",
        ),
        (vec![(header::RANGE, "bytes=2-4"), (header::IF_RANGE, "\"v0\"")], 200, "", TEN),
        (vec![(header::RANGE, "bytes=10-")], 416, "bytes */10", ""),
        (vec![(header::IF_NONE_MATCH, VERSION)], 304, "", ""),
        (vec![(header::IF_NONE_MATCH, "\"v0\"")], 200, "", TEN),
    ] {
        let mut request = server.request(Method::GET, "/server-b/file");
        for (name, value) in &asked {
            request = request.header(name, *value);
        }
        let answer = server.send(request).await;
        assert_eq!(answer.status, expect(rust(status), fastapi(200)), "{asked:?}");
        let said = answer.header("content-range");
        assert_eq!(said, expect(rust(Some(range)), fastapi(None)), "{asked:?}");
        assert_eq!(answer.text().await, expect(rust(body), fastapi(TEN)), "{asked:?}");
    }
}

#[tokio::test]
async fn st_51_head_is_passed_on_as_head() {
    own_server_only!("sets LESSON_UPSTREAM_URL");
    let server = relay_of(&serve(Router::new().fallback(ten_bytes)).await).await;
    let answer = server.send(server.request(Method::HEAD, "/server-b/file")).await;
    assert_eq!(answer.status, expect(rust(200), fastapi(405)));
    assert_eq!(answer.header("x-method"), expect(rust(Some("HEAD")), fastapi(None)));
    let length = answer.header("content-length");
    assert_eq!(length, expect(rust(Some("10")), fastapi(Some("31"))));
    assert_eq!(answer.text().await, "");
}
