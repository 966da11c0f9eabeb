//! The connection: free for the next request, slow, or gone.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;

use lesson_tests::TestServer;
use lesson_tests::answer::Clock;
use tokio::task::spawn_blocking;

use super::start;

const LARGE: usize = 32 * 1024 * 1024;
const SENT: &str = "the large response is sent";

/// A connection that is kept between requests.
fn connect(server: &TestServer) -> TcpStream {
    let address = server.base_url().trim_start_matches("http://");
    TcpStream::connect(address).expect("a connection")
}

/// Sends a request; returns its body.
fn ask(connection: &mut BufReader<TcpStream>, path: &str) -> Vec<u8> {
    let length = begin(connection, path);
    let mut body = vec![0; length];
    connection.read_exact(&mut body).expect("a body");
    body
}

/// Sends a request and reads the head of the answer; returns the length of its body.
fn begin(connection: &mut BufReader<TcpStream>, path: &str) -> usize {
    write!(connection.get_mut(), "GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n").expect("sent");
    let head: Vec<String> = connection
        .lines()
        .map(|line| line.expect("a line of the head").to_lowercase())
        .take_while(|line| !line.is_empty())
        .collect();
    assert_eq!(head[0], "http/1.1 200 ok");
    let length = head.iter().find_map(|line| line.strip_prefix("content-length: "));
    length.expect("a length").parse().expect("a number")
}

#[tokio::test(flavor = "multi_thread")]
async fn bg_16_the_next_request_on_the_connection_is_not_held_up() {
    // A tick of its own: on a busy machine four requests can take several.
    let variables = [("LESSON_TICK_MS", "150")];
    let server = TestServer::start_with("background-tasks", &variables).await;
    let clock = Clock::start(server.tick());
    let connection = connect(&server);
    let asked = spawn_blocking(move || {
        let mut connection = BufReader::new(connection);
        assert_eq!(ask(&mut connection, "/sync/"), b"null");
        assert_eq!(ask(&mut connection, "/ping"), br#""pong""#);
        assert_eq!(ask(&mut connection, "/async-awaited/"), b"null");
        assert_eq!(ask(&mut connection, "/ping"), br#""pong""#);
    });
    asked.await.expect("four answers");
    assert!(clock.ticks() < 9.0, "held up for {} ticks", clock.ticks());
    assert!(server.events().await.is_empty());
    server.events_with("Hello World!").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bg_18_a_task_does_not_wait_for_a_slow_reader() {
    let server = start().await;
    let connection = connect(&server);
    let begun = spawn_blocking(move || {
        let mut connection = BufReader::new(connection);
        assert_eq!(begin(&mut connection, "/large/"), LARGE);
        connection
    });
    let mut connection = begun.await.expect("a head");
    // The task starts when the server has the response, although the client hasn't read it yet.
    assert_eq!(server.events_with(SENT).await, [SENT]);
    let read = spawn_blocking(move || {
        let mut body = vec![0; LARGE];
        connection.read_exact(&mut body).expect("a body");
        body
    });
    assert!(read.await.expect("a body").iter().all(|byte| *byte == b'x'));
    assert_eq!(server.events().await, [SENT]);
}

#[tokio::test(flavor = "multi_thread")]
async fn bg_19_the_list_runs_even_if_the_client_leaves_in_the_middle_of_the_response() {
    let server = start().await;
    let connection = connect(&server);
    let begun = spawn_blocking(move || {
        let mut connection = BufReader::new(connection);
        assert_eq!(begin(&mut connection, "/large/"), LARGE);
        // Dropped here, with most of the body unread.
    });
    begun.await.expect("a head");
    assert_eq!(server.events_with(SENT).await, [SENT]);
}
