//! Clients that stop in the middle: of their request, or of reading its answer.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use async_stream::stream;
use axum::Router;
use axum::body::{Body, Bytes};
use lesson_tests::{Binary, rust_only, texts};
use scopeguard::guard;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::time::timeout;

/// Far longer than the limits that these tests set.
const PATIENCE: Duration = Duration::from_secs(15);

/// Sends bytes as they are; what comes back until the server closes the connection.
async fn exchange(server: &Binary, bytes: &str) -> String {
    let mut stream = TcpStream::connect(server.address()).await.expect("a connection");
    stream.write_all(bytes.as_bytes()).await.expect("sent");
    let mut answer = String::new();
    let reading = timeout(PATIENCE, stream.read_to_string(&mut answer)).await;
    reading.expect("closed in time").expect("text");
    answer
}

#[tokio::test]
async fn half_a_head_or_no_byte_at_all_closes_the_connection() {
    rust_only!("sets a limit of the real program");
    let server = Binary::start("testing", &["--read-timeout-ms", "100"], &[]);
    for bytes in ["", "GET /hello/ HT", "GET /hello/ HTTP/1.1\r\nhost: x\r\nx-slow: "] {
        assert_eq!(exchange(&server, bytes).await, "", "{bytes:?}");
    }
    assert_eq!(server.get("/hello/").await.text().await, r#"{"msg":"Hello World"}"#);
}

#[tokio::test]
async fn half_a_body_is_408() {
    rust_only!("sets a limit of the real program");
    let server = Binary::start("testing", &["--read-timeout-ms", "100"], &[]);
    let head = "POST /crud/items/ HTTP/1.1\r\nhost: x\r\nx-token: coneofsilence\r\n\
                content-type: application/json\r\ncontent-length: 50\r\n\r\n";
    let answer = exchange(&server, &format!("{head}{{\"id\":")).await;
    assert!(answer.starts_with("HTTP/1.1 408 Request Timeout\r\n"), "{answer}");
    assert!(answer.ends_with("\r\n\r\n{\"detail\":\"Request Timeout\"}"), "{answer}");
}

/// The relay lets go of its upstream when its own client is given up.
#[tokio::test]
async fn a_client_that_reads_nothing_of_a_large_answer_is_given_up() {
    rust_only!("sets a limit of the real program");
    let (upstream, given_up) = endless_upstream().await;
    let variables = [("LESSON_UPSTREAM_URL", upstream.as_str())];
    let server = Binary::start("streaming", &["--write-timeout-ms", "200"], &variables);
    let mut answer = server.get("/server-b/file").await;
    answer.next_bytes().await.expect("a first piece");
    timeout(PATIENCE, given_up.notified()).await.expect("given up in time");
    drop(answer);
}

#[tokio::test]
async fn a_stream_that_has_nothing_to_send_is_left_alone() {
    rust_only!("sets a limit of the real program");
    // Each event comes after three times the limit.
    let options = ["--write-timeout-ms", "100", "--tick-ms", "300"];
    let server = Binary::start("streaming", &options, &[]);
    let mut answer = server.get("/sse-counter/").await;
    let events = answer.take(3).await;
    assert_eq!(texts(&events)[2], "data: count 2\nid: 2\n\n");
}

/// A server whose answer never ends, and that tells when nobody reads it any more.
async fn endless_upstream() -> (String, Arc<Notify>) {
    let given_up = Arc::new(Notify::new());
    let notify = Arc::clone(&given_up);
    let app = Router::new().fallback(async move || {
        Body::from_stream(stream! {
            let _at_the_end = guard(notify, |notify| notify.notify_one());
            loop {
                yield Ok::<_, Infallible>(Bytes::from_static(&[b'x'; 64 * 1024]));
            }
        })
    });
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(axum::serve(listener, app).into_future());
    (format!("http://{address}"), given_up)
}
