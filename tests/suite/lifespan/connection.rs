//! The connection: a local variable that the handlers borrow through the state.

use lesson_tests::{own_server_only, rust_only};

use super::{STARTED, of_target, start, startup};
use lesson_lifespan::connection::Connection;

#[tokio::test]
async fn ls_12_the_connection_is_open_while_requests_are_answered() {
    own_server_only!("needs a log from the start");
    let server = start().await;
    let answer = server.get("/shared/connection").await;
    assert_eq!((answer.status, answer.content_type()), (200, Some("application/json")));
    assert_eq!(answer.text().await, r#"{"open":true}"#);
    assert_eq!(server.events().await, of_target(&STARTED), "/_events");
}

#[tokio::test]
async fn ls_12_closing_it_takes_a_call() {
    rust_only!("opens a connection by itself");
    let startup = startup();
    let connection = Connection::open(&startup).await.expect("a connection");
    assert!(connection.is_open());
    connection.close(&startup).await.expect("a good end");
    assert!(!connection.is_open());
    assert_eq!(startup.events.lines(), ["connection opened", "connection closed"]);
}

#[tokio::test]
async fn ls_13_the_connection_reaches_the_handlers() {
    let server = start().await;
    // Twice, because the next request gets the same state.
    for _ in 0..2 {
        let answer = server.get("/shared/connection").await;
        assert_eq!((answer.status, answer.text().await.as_str()), (200, r#"{"open":true}"#));
    }
}
