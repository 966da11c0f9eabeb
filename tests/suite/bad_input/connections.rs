//! Clients that send their request badly: too much, too slowly, or not to its end.

use std::time::Duration;

use axum::Router;
use axum::routing::post;
use fastapi_extract::Json;
use lesson_support::Options;
use lesson_tests::rust_only;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

use super::client::PATIENCE;
use crate::support::running::{BODY_LIMIT, LONG, Running, SHORT, ms, whole};

const HEAD: &str = "POST /length HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\
                    content-type: application/json\r\n";
const PING: &str = "GET /ping HTTP/1.1\r\nhost: x\r\n\r\n";
const BROKEN: &str = r#"400 {"detail":"There was an error parsing the body"}"#;

/// Answers how long a text in JSON is.
async fn server(read_timeout: Duration) -> Running {
    let length = async |Json(text): Json<String>| Json(text.len());
    let app = whole(Router::new().route("/length", post(length)), read_timeout);
    let read_timeout_ms = ms(read_timeout);
    Running::start_with(|_| app, Options { read_timeout_ms, ..Options::default() }).await
}

async fn connect(server: &Running) -> TcpStream {
    let address = server.base_url.trim_start_matches("http://");
    TcpStream::connect(address).await.expect("a connection")
}

/// Sends what may not be wanted to its end.
async fn ask(server: &Running, request: &str) -> String {
    let mut stream = connect(server).await;
    // It fails where the server has answered and closed already.
    let _ = stream.write_all(request.as_bytes()).await;
    answer_of(stream).await
}

/// `200 5`, read to the end of the connection; nothing if there is no answer.
async fn answer_of(mut stream: TcpStream) -> String {
    let mut answer = Vec::new();
    let read = timeout(PATIENCE, stream.read_to_end(&mut answer)).await;
    // A server that closes before it has read everything may reset the connection.
    let _ = read.expect("an end in time");
    let answer = String::from_utf8(answer).expect("text");
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_default();
    let status = head.split(' ').nth(1).unwrap_or_default();
    format!("{status} {body}").trim().to_owned()
}

async fn assert_lives_and_stops(server: Running) {
    assert_eq!(server.get("/ping").await.text().await, r#""pong""#);
    server.stop().await;
}

#[tokio::test]
async fn a_body_that_is_not_chunked_as_it_says_is_400() {
    rust_only!("needs routes of its own");
    let server = server(LONG).await;
    let chunked = format!("{HEAD}transfer-encoding: chunked\r\n\r\n");
    for (chunks, expected) in [
        ("3\r\n\"ab\r\n1\r\n\"\r\n0\r\n\r\n", "200 2"),
        ("4;name=value\r\n\"ab\"\r\n0\r\nx-trailer: a\r\n\r\n", "200 2"),
        ("zz\r\n\"ab\"\r\n0\r\n\r\n", BROKEN),
        ("-4\r\n\"ab\"\r\n0\r\n\r\n", BROKEN),
        ("\r\n\"ab\"\r\n0\r\n\r\n", BROKEN),
        ("4\r\n\"ab\"0\r\n\r\n", BROKEN),
        ("fffffffffffffffff\r\n\"ab\"\r\n", BROKEN),
    ] {
        let answer = ask(&server, &format!("{chunked}{chunks}")).await;
        assert_eq!(answer, expected, "{chunks:?}");
    }
    assert_lives_and_stops(server).await;
}

#[tokio::test]
async fn of_a_length_and_chunks_the_chunks_count() {
    rust_only!("needs routes of its own");
    let server = server(LONG).await;
    let both = "content-length: 4\r\ntransfer-encoding: chunked\r\n\r\n";
    let chunks = "6\r\n\"abcd\"\r\n0\r\n\r\n";
    // As RFC 9112 has it: who took the length would see no JSON.
    assert_eq!(ask(&server, &format!("{HEAD}{both}{chunks}")).await, "200 4");
    assert_lives_and_stops(server).await;
}

#[tokio::test]
async fn a_body_that_goes_on_beyond_the_limit_is_413_before_its_end() {
    rust_only!("needs routes of its own");
    let server = server(LONG).await;
    let text = format!("\"{}", "a".repeat(BODY_LIMIT));
    for (header, body) in [
        ("content-length: 1000000000000", text.clone()),
        ("transfer-encoding: chunked", format!("{:x}\r\n{text}", text.len() + 1)),
    ] {
        let answer = ask(&server, &format!("{HEAD}{header}\r\n\r\n{body}")).await;
        assert_eq!(answer, r#"413 {"detail":"Payload Too Large"}"#, "{header}");
    }
    assert_lives_and_stops(server).await;
}

#[tokio::test]
async fn a_body_may_take_longer_than_a_client_may_be_silent() {
    rust_only!("needs a short time limit");
    let read_timeout = Duration::from_secs(1);
    let server = server(read_timeout).await;
    let mut stream = connect(&server).await;
    let head = format!("{HEAD}content-length: 7\r\n\r\n");
    stream.write_all(head.as_bytes()).await.expect("sent");
    for byte in "\"abcde\"".bytes() {
        sleep(read_timeout / 5).await;
        stream.write_all(&[byte]).await.expect("sent");
    }
    assert_eq!(answer_of(stream).await, "200 5");
    assert_lives_and_stops(server).await;
}

#[tokio::test]
async fn a_head_that_comes_byte_by_byte_is_not_waited_for_longer_than_a_silent_one() {
    rust_only!("needs a short time limit");
    let server = server(SHORT).await;
    let mut stream = connect(&server).await;
    let trickle = async {
        stream.write_all(b"GET /ping HTTP/1.1\r\nx-slow: ").await.expect("sent");
        // It fails when the server has closed the connection.
        while stream.write_all(b"a").await.is_ok() {
            sleep(SHORT / 5).await;
        }
    };
    timeout(PATIENCE, trickle).await.expect("closed in time");
    assert_lives_and_stops(server).await;
}

#[tokio::test]
async fn a_client_that_sends_no_more_in_the_middle_of_a_request_ends_its_connection() {
    rust_only!("needs routes of its own");
    let server = server(LONG).await;
    let body = format!("{HEAD}content-length: 10\r\n\r\n\"abc");
    let chunks = format!("{HEAD}transfer-encoding: chunked\r\n\r\n9\r\n\"abc");
    for (sent, expected) in [
        ("", ""),
        ("GET /pi", ""),
        ("GET /ping HTTP/1.1\r\nhost: ", ""),
        (&body, BROKEN),
        (&chunks, BROKEN),
        (PING, "200 \"pong\""),
    ] {
        let mut stream = connect(&server).await;
        stream.write_all(sent.as_bytes()).await.expect("sent");
        stream.shutdown().await.expect("half closed");
        assert_eq!(answer_of(stream).await, expected, "{sent:?}");
    }
    assert_lives_and_stops(server).await;
}
