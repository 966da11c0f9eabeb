//! One function: a connection that is a local variable, and the state it becomes.

use lesson_tests::{own_server_only, rust_only};

use super::{STARTED, start, startup};
use lesson_lifespan::connection::Connection;

#[tokio::test]
async fn ls_12_a_connection_is_a_local_variable_of_one_function() {
    own_server_only!("needs a log from the start");
    let server = start().await;
    let answer = server.get("/shared/connection").await;
    assert_eq!((answer.status, answer.content_type()), (200, Some("application/json")));
    assert_eq!(answer.text().await, r#"{"open":true}"#);
    assert_eq!(server.events().await, STARTED);
}

#[tokio::test]
async fn ls_12_the_connection_is_closed_after_its_last_use() {
    rust_only!("opens a connection by itself");
    let startup = startup();
    let connection = Connection::open(&startup).await.expect("a connection");
    assert!(connection.is_open());
    connection.close(&startup).await.expect("a good end");
    assert!(!connection.is_open());
    assert_eq!(startup.events.lines(), ["connection opened", "connection closed"]);
}

#[tokio::test]
async fn ls_13_what_the_lifespan_lends_reaches_the_handlers() {
    let server = start().await;
    // Twice: the state of one request is the state of the next.
    for _ in 0..2 {
        let answer = server.get("/shared/connection").await;
        assert_eq!((answer.status, answer.text().await.as_str()), (200, r#"{"open":true}"#));
    }
}
