//! Clients that speak HTTP/1.0, and clients that close their half of the connection.

use axum::Router;
use axum::body::Bytes;
use lesson_tests::{TestServer, expect, fastapi, own_server_only, rust};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{Duration, timeout};

use super::file::STREAMED;
use super::relay::relay_of;
use super::start;
use crate::support::running::serve;

const PATIENCE: Duration = Duration::from_secs(15);

/// An answer as it was received: its head, and its body until the connection was closed.
pub(crate) struct Raw {
    head: String,
    pub(crate) body: String,
}

impl Raw {
    pub(crate) fn status(&self) -> &str {
        self.head.split(' ').nth(1).expect("a status")
    }

    fn has(&self, line: &str) -> bool {
        self.head.lines().any(|l| l.eq_ignore_ascii_case(line))
    }
}

async fn connect(base_url: &str) -> TcpStream {
    let address = base_url.trim_start_matches("http://");
    TcpStream::connect(address).await.expect("a connection")
}

async fn read_to_the_end(mut stream: TcpStream) -> Raw {
    let mut answer = String::new();
    let read = timeout(PATIENCE, stream.read_to_string(&mut answer)).await;
    read.expect("closed in time").expect("text");
    let (head, body) = answer.split_once("\r\n\r\n").expect("an answer");
    Raw { head: head.to_owned(), body: body.to_owned() }
}

/// GET in HTTP/1.0.
pub(crate) async fn get_10(base_url: &str, path: &str) -> Raw {
    let mut stream = connect(base_url).await;
    let request = format!("GET {path} HTTP/1.0\r\nhost: x\r\n\r\n");
    stream.write_all(request.as_bytes()).await.expect("sent");
    read_to_the_end(stream).await
}

#[tokio::test]
async fn st_52_http_10_clients_get_no_stream() {
    let server = start().await;
    const REFUSED: &str = r#"{"detail":"Upgrade Required"}"#;
    for (path, body) in [
        ("/bare-midway/stream", "round 0;round 1;"),
        ("/server-b/stream-breaks", "{\"numbers\": [1, 2, "),
        ("/server-b/stream", STREAMED),
        ("/text/sync-iterator", "one two three"),
    ] {
        let answer = get_10(server.base_url(), path).await;
        assert_eq!(answer.status(), expect(rust("426"), fastapi("200")), "{path}");
        assert_eq!(answer.has("upgrade: HTTP/1.1"), expect(rust(true), fastapi(false)), "{path}");
        assert_eq!(answer.body, expect(rust(REFUSED), fastapi(body)), "{path}");
    }
}

#[tokio::test]
async fn st_52_http_10_clients_get_answers_with_a_visible_end() {
    let server = start().await;
    let ping = get_10(server.base_url(), "/ping").await;
    assert_eq!((ping.status(), ping.body.as_str()), ("200", r#""pong""#));
    let missing = get_10(server.base_url(), "/nowhere").await;
    assert_eq!((missing.status(), missing.body.as_str()), ("404", r#"{"detail":"Not Found"}"#));
    // An event ends with its blank line.
    let events = get_10(server.base_url(), "/sse-data/7").await;
    assert_eq!(events.status(), "200");
    assert_eq!(events.body.matches("\n\n").count(), 5);
}

#[tokio::test]
async fn st_52_http_10_clients_get_a_relayed_file_of_known_length() {
    own_server_only!("sets LESSON_UPSTREAM_URL");
    let file = Router::new().fallback(async || Bytes::from("a file"));
    let server = relay_of(&serve(file).await).await;
    let answer = get_10(server.base_url(), "/server-b/file").await;
    assert_eq!((answer.status(), answer.body.as_str()), ("200", "a file"));
    assert_eq!(answer.has("content-length: 6"), expect(rust(true), fastapi(false)));
}

#[tokio::test]
async fn st_57_a_client_that_closes_its_sending_half_counts_as_gone() {
    let server = TestServer::start_with("streaming", &[("LESSON_TICK_MS", "50")]).await;
    let mut stream = connect(server.base_url()).await;
    stream.write_all(b"GET /text/ HTTP/1.1\r\nhost: x\r\n\r\n").await.expect("sent");
    let mut head = [0; 15];
    stream.read_exact(&mut head).await.expect("the beginning of an answer");
    assert_eq!(head, *b"HTTP/1.1 200 OK");
    stream.shutdown().await.expect("half a connection");
    // The client still reads, but gets no final chunk.
    let rest = read_to_the_end(stream).await;
    assert!(!rest.body.ends_with("0\r\n\r\n"), "{}", rest.body);
    let pieces = rest.body.matches("some text data").count();
    assert!(pieces < 30, "all {pieces} pieces");
    let events = server.events_with("text stream over after 1").await;
    assert_eq!(events, ["text stream over after 1"]);
}
