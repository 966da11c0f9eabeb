//! WebSockets: what they need of a server, without their frames.

use axum::Router;
use axum::extract::Request;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::get;
use hyper_util::rt::TokioIo;
use lesson_support::Options;
use lesson_tests::rust_only;
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy, split};
use tokio::net::TcpStream;

use crate::support::running::{LONG, Running, ms, serve};

/// After its 101 the connection is the handler's, which sends back what it reads.
async fn switch_protocols(request: Request) -> impl IntoResponse {
    tokio::spawn(async {
        let connection = hyper::upgrade::on(request).await?;
        let (mut read, mut write) = split(TokioIo::new(connection));
        Ok::<_, Box<dyn std::error::Error + Send + Sync>>(copy(&mut read, &mut write).await?)
    });
    let headers = [(header::CONNECTION, "upgrade"), (header::UPGRADE, "echo")];
    (StatusCode::SWITCHING_PROTOCOLS, headers)
}

/// What the connection carries after its 101, for a client that sends `hello` then.
async fn echoed(base_url: &str) -> String {
    let address = base_url.trim_start_matches("http://");
    let mut stream = TcpStream::connect(address).await.expect("a connection");
    let request = "GET / HTTP/1.1\r\nhost: a\r\nconnection: upgrade\r\nupgrade: echo\r\n\r\n";
    stream.write_all(request.as_bytes()).await.expect("sent");
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.expect("the rest of the head"));
    }
    assert!(head.starts_with(b"HTTP/1.1 101 "), "{}", String::from_utf8_lossy(&head));
    // A server that has closed the connection may refuse it.
    _ = stream.write_all(b"hello").await;
    _ = stream.shutdown().await;
    let mut rest = Vec::new();
    _ = stream.read_to_end(&mut rest).await;
    String::from_utf8(rest).expect("UTF-8")
}

#[tokio::test]
async fn axum_serve_switches_protocols_and_the_lessons_server_does_not() {
    rust_only!("adds a route");
    let app = Router::new().route("/", get(switch_protocols));
    assert_eq!(echoed(&serve(app.clone()).await).await, "hello");
    let options = Options { grace_ms: ms(LONG), ..Options::default() };
    let server = Running::start_with(|_| app, options).await;
    assert_eq!(echoed(&server.base_url).await, "");
    server.stop().await;
}
