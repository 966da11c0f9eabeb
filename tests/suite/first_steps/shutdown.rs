//! Ctrl-C, SIGTERM, and a request that is still being answered.

use std::time::Duration;

use lesson_tests::{Binary, expect, fastapi, own_server_only, program, rust};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

use super::TICK;

const BODY: &str = r#"{"name":"late","price":1.5,"quantity":1}"#;

/// Long enough for uvicorn, which looks ten times a second whether it was told to hurry.
const A_WHILE: Duration = Duration::from_millis(500);

const PATIENCE: Duration = Duration::from_secs(10);

/// A request whose handler waits for the body.
struct Waiting(TcpStream);

impl Waiting {
    async fn start(program: &Binary) -> Self {
        let mut stream = TcpStream::connect(address(program)).await.expect("a connection");
        let head = format!(
            "POST /items/ HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n\
             content-length: {}\r\nexpect: 100-continue\r\nconnection: close\r\n\r\n",
            BODY.len()
        );
        stream.write_all(head.as_bytes()).await.expect("an open connection");
        // It is sent when the handler begins to read.
        let mut interim = [0; 25];
        stream.read_exact(&mut interim).await.expect("an interim answer");
        assert_eq!(interim, *b"HTTP/1.1 100 Continue\r\n\r\n");
        Self(stream)
    }

    /// Sends the body; status and body of the answer, nothing if there is none.
    async fn finish(mut self) -> String {
        // It fails where the connection was closed already.
        let _ = self.0.write_all(BODY.as_bytes()).await;
        let mut answer = String::new();
        let read = timeout(PATIENCE, self.0.read_to_string(&mut answer));
        let _ = read.await.expect("an end");
        let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_default();
        format!("{} {body}", head.lines().next().unwrap_or_default()).trim().to_owned()
    }
}

fn address(program: &Binary) -> String {
    program.base_url().trim_start_matches("http://").to_owned()
}

/// Waits until new connections are refused: the signal has arrived.
async fn refuses(program: &Binary) {
    let refused = async {
        while TcpStream::connect(address(program)).await.is_ok() {
            sleep(TICK).await;
        }
    };
    timeout(PATIENCE, refused).await.expect("a server that stops listening");
}

fn answered() -> String {
    format!("HTTP/1.1 201 Created {}", BODY.replace('}', r#","id":1}"#))
}

#[tokio::test]
async fn fs_10_ctrl_c_lets_the_request_in_flight_finish() {
    own_server_only!("signals the real program");
    let program = program::start("first-steps", TICK, &[]).await;
    let waiting = Waiting::start(&program).await;
    program.signal("INT");
    refuses(&program).await;
    assert_eq!(waiting.finish().await, answered());
    let ended = program.wait();
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
}

#[tokio::test]
async fn fs_10_an_idle_connection_does_not_delay_the_shutdown() {
    own_server_only!("signals the real program");
    let program = program::start("first-steps", TICK, &[]).await;
    let idle = TcpStream::connect(address(&program)).await.expect("a connection");
    // An answer shows that the connection before it has been accepted.
    assert_eq!(program.get("/").await.status, 200);
    program.signal("INT");
    let ended = program.wait();
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    drop(idle);
}

#[tokio::test]
async fn fs_11_a_slow_request_is_answered_even_after_a_second_ctrl_c() {
    own_server_only!("signals the real program");
    let program = program::start("first-steps", TICK, &[]).await;
    let waiting = Waiting::start(&program).await;
    program.signal("INT");
    refuses(&program).await;
    program.signal("INT");
    sleep(A_WHILE).await;
    let answer = waiting.finish().await;
    assert_eq!(answer == answered(), expect(rust(true), fastapi(false)), "{answer}");
    program.wait();
}

#[tokio::test]
async fn fs_12_sigterm_stops_the_server_as_ctrl_c_does() {
    own_server_only!("signals the real program");
    let program = program::start("first-steps", TICK, &[]).await;
    let waiting = Waiting::start(&program).await;
    program.signal("TERM");
    refuses(&program).await;
    assert_eq!(waiting.finish().await, answered());
    // uvicorn ends itself with the signal, when it has cleaned up.
    assert_eq!(program.wait().code, expect(rust(Some(0)), fastapi(None)));
}
