//! Text from clients, in the event log and in the server's log.

use lesson_tests::{expect, fastapi, own_server_only, rust};

use super::shutdown::start_program;

#[tokio::test]
async fn bg_39_a_line_break_from_a_client_starts_no_line_of_the_log() {
    own_server_only!("reads the log of the real program");
    let program = start_program(10, &[]).await;
    let answer = program.get("/shared/?q=x%0d%0aFAKE%20LINE").await;
    assert_eq!(answer.text().await, "2");
    let line = program.log_line("query was x");
    let end = expect(rust("query was x\\r\\nFAKE LINE\n"), fastapi("query was x\n"));
    assert!(line.ends_with(end), "{line:?}");
}

#[cfg(target_os = "linux")]
mod memory {
    use std::io::{Read, Write};
    use std::net::{SocketAddr, TcpStream};
    use std::thread;

    use lesson_tests::{Binary, rust_only};

    const KIB: usize = 1024;

    #[test]
    fn bg_39_text_from_clients_does_not_fill_the_memory() {
        rust_only!("measures the real program");
        // Lines that the test does not read would stay in its own memory.
        let line = "exec \"$0\" 2>/dev/null";
        let server =
            Binary::start_in_shell("lesson-background-tasks", line, &[("RUST_LOG", "warn")]);
        let address = server.address();
        let ask = |requests: usize| {
            thread::scope(|scope| {
                for _ in 0..4 {
                    scope.spawn(move || ask(address, requests / 4));
                }
            });
            server.resident_bytes() / (KIB * KIB) as u64
        };
        // The event log is full, and the allocator has what it needs.
        let before = ask(100);
        // 60 MiB.
        let after = ask(1000);
        println!("{before} MiB before, {after} MiB after");
        assert!(after < before + 8, "{before} MiB before, {after} MiB after");
    }

    /// Sends requests with a query of 60 KiB on one connection.
    fn ask(server: SocketAddr, requests: usize) {
        let mut connection = TcpStream::connect(server).expect("a connection");
        let query = "q".repeat(60 * KIB);
        let request = format!("GET /shared/?q={query} HTTP/1.1\r\nhost: localhost\r\n\r\n");
        let mut answer = [0; KIB];
        for _ in 0..requests {
            connection.write_all(request.as_bytes()).expect("sent");
            let length = connection.read(&mut answer).expect("an answer");
            assert!(answer[..length].starts_with(b"HTTP/1.1 200 OK\r\n"));
            assert!(answer[..length].ends_with(b"\r\n\r\n2"));
        }
    }
}
