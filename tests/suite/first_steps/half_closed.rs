//! Clients that close their sending half when they have sent their request.

use std::fs::OpenOptions;
use std::process::Command;
use std::time::Duration;

use lesson_tests::{Binary, own_server_only, program};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::TICK;

/// What comes back until the server closes the connection.
async fn get_and_close(program: &Binary, path: &str) -> String {
    let address = program.base_url().trim_start_matches("http://");
    let mut stream = TcpStream::connect(address).await.expect("a connection");
    let request = format!("GET {path} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.expect("sent");
    stream.shutdown().await.expect("an open connection");
    let mut answer = String::new();
    let read = timeout(Duration::from_secs(10), stream.read_to_string(&mut answer));
    read.await.expect("an end").expect("text");
    answer
}

#[tokio::test]
async fn fs_15_a_client_that_closes_its_sending_half_counts_as_gone() {
    own_server_only!("gives it a file that never ends");
    let folder = tempfile::tempdir().expect("a folder");
    let pipe = folder.path().join("terms");
    assert!(Command::new("mkfifo").arg(&pipe).status().expect("mkfifo runs").success());
    let path = pipe.display().to_string();
    let program = program::start("first-steps", TICK, &[("LESSON_TERMS", &path)]).await;
    // The handler waits for somebody who writes into the pipe.
    assert_eq!(get_and_close(&program, "/terms").await, "");
    assert_eq!(program.get("/").await.status, 200);
    // Lets a thread go that has opened the pipe. With both modes it waits for nobody itself.
    OpenOptions::new().read(true).write(true).open(pipe).expect("a pipe");
}
