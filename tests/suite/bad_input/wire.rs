//! Bytes that are no HTTP, or hardly: what the server answers before any route is asked.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::client::PATIENCE;

/// The first line of an answer; nothing where the connection is closed without a word.
type StatusLine = &'static str;

const OK: StatusLine = "HTTP/1.1 200 OK";
const BAD_REQUEST: StatusLine = "HTTP/1.1 400 Bad Request";
const NOT_FOUND: StatusLine = "HTTP/1.1 404 Not Found";
const URI_TOO_LONG: StatusLine = "HTTP/1.1 414 URI Too Long";
const FIELDS_TOO_LARGE: StatusLine = "HTTP/1.1 431 Request Header Fields Too Large";
const NOTHING: StatusLine = "";

/// What is sent, and what may be answered.
///
/// A client that is cut off in the middle of its bytes can miss the answer.
fn exchanges(path: &str) -> Vec<(Vec<u8>, Vec<StatusLine>)> {
    let request = |line: &str, headers: &str| {
        format!("{line}\r\nhost: x\r\nconnection: close\r\n{headers}\r\n").into_bytes()
    };
    let ping = |headers: &str| request(&format!("GET {path} HTTP/1.1"), headers);
    let headers = |count: usize| (0..count).map(|n| format!("x-{n}: a\r\n")).collect::<String>();
    let long = format!("GET /{} HTTP/1.1", "a".repeat(70_000));
    let mut exchanges = vec![
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03".to_vec(), vec![BAD_REQUEST]),
        (b"\x00\xff\xfe\r\n\r\n".to_vec(), vec![BAD_REQUEST]),
        (b"hello\r\n\r\n".to_vec(), vec![BAD_REQUEST]),
        (b"GET\r\n\r\n".to_vec(), vec![BAD_REQUEST]),
        (b"GET  /ping HTTP/1.1\r\n\r\n".to_vec(), vec![BAD_REQUEST]),
        (request(&format!("GET {path} HTTP/9.9"), ""), vec![BAD_REQUEST]),
        (request(&format!("GET {path} HTTP/1.0"), ""), vec!["HTTP/1.0 200 OK"]),
        (request(&format!("GET http://example.org{path} HTTP/1.1"), ""), vec![OK]),
        (request("GET ping HTTP/1.1", ""), vec![NOT_FOUND]),
        (request("OPTIONS * HTTP/1.1", ""), vec![NOT_FOUND]),
        (request("CONNECT example.org:80 HTTP/1.1", ""), vec![NOT_FOUND]),
        (ping("expect: 200-ok\r\n"), vec![OK]),
        (ping("expect: 100-continue\r\ncontent-length: 1\r\n"), vec![OK]),
        (ping("a b: c\r\n"), vec![BAD_REQUEST]),
        (ping(": c\r\n"), vec![BAD_REQUEST]),
        (ping("a: b\0c\r\n"), vec![BAD_REQUEST]),
        (ping("a: b\r\n folded\r\n"), vec![BAD_REQUEST]),
        (ping("content-length: -1\r\n"), vec![BAD_REQUEST]),
        (ping("content-length: 1x\r\n"), vec![BAD_REQUEST]),
        (ping("content-length: 99999999999999999999\r\n"), vec![BAD_REQUEST]),
        (ping("content-length: 1\r\ncontent-length: 2\r\n"), vec![BAD_REQUEST]),
        (ping("transfer-encoding: gzip\r\n"), vec![BAD_REQUEST]),
        (ping("transfer-encoding: chunked, gzip\r\n"), vec![BAD_REQUEST]),
        // Two more are there already, and a hundred are the most.
        (ping(&headers(98)), vec![OK]),
        (ping(&headers(99)), vec![FIELDS_TOO_LARGE]),
        (ping(&format!("a: {}\r\n", "b".repeat(1_000_000))), vec![FIELDS_TOO_LARGE, NOTHING]),
        (request(&long, ""), vec![URI_TOO_LONG, NOTHING]),
    ];
    // Where another crate of the build asks hyper for HTTP/2, plain `axum::serve` speaks it.
    if path == "/ping" {
        exchanges.push((b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec(), vec![NOTHING]));
    }
    exchanges
}

/// What is answered otherwise than it may be. A GET of `path` is answered with 200.
pub async fn faults(address: SocketAddr, path: &str) -> Vec<String> {
    let mut faults = Vec::new();
    for (sent, expected) in exchanges(path) {
        let answer = converse(address, &sent).await;
        let line = answer.lines().next().unwrap_or_default();
        if !expected.contains(&line) {
            let sent: String = sent.escape_ascii().to_string().chars().take(200).collect();
            faults.push(format!("{sent}\n    {answer:?} instead of one of {expected:?}"));
        }
    }
    faults
}

/// Sends bytes; what comes back until the server closes the connection.
async fn converse(address: SocketAddr, bytes: &[u8]) -> String {
    let mut answer = Vec::new();
    let talk = async {
        let mut stream = TcpStream::connect(address).await?;
        // It fails where the server has closed already, and may have answered before.
        let _ = stream.write_all(bytes).await;
        stream.read_to_end(&mut answer).await
    };
    match timeout(PATIENCE, talk).await {
        Ok(_) => String::from_utf8_lossy(&answer).into_owned(),
        Err(_) => "no end".to_owned(),
    }
}
