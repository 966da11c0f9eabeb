//! The program: its port, its log.

use std::net::TcpListener;

use lesson_tests::{Binary, binary, expect, fastapi, own_server_only, program, rust, rust_only};

use super::TICK;

#[test]
fn fs_01_a_port_of_its_own_choice_is_printed() {
    rust_only!("starts the real program");
    let program = Binary::start("first-steps", &[], &[]);
    let address = program.address();
    assert!(address.ip().is_loopback() && address.port() != 0, "{address}");
    let banner = format!("listening on http://{address}\nCtrl-C stops it.\n");
    assert_eq!(program.banner(), banner);
}

#[test]
fn fs_01_a_port_that_is_taken_is_one_sentence_and_exit_code_1() {
    rust_only!("starts the real program");
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = taken.local_addr().expect("an address").port().to_string();
    let ended = binary::run("first-steps", &[], &[("LESSON_PORT", &port)]);
    let sentence = format!("cannot listen on port {port}: Address already in use (os error 98)\n");
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(1), ""));
    assert_eq!(ended.stderr, sentence);
}

#[test]
fn fs_01_a_bad_port_is_one_sentence_and_exit_code_1() {
    rust_only!("starts the real program");
    for port in ["http", "65536", "-1", ""] {
        let ended = binary::run("first-steps", &[], &[("LESSON_PORT", port)]);
        assert_eq!((ended.code, ended.stdout.as_str()), (Some(1), ""));
        let sentence =
            format!("LESSON_PORT must be a port number from 0 to 65535, not \"{port}\"\n");
        assert_eq!(ended.stderr, sentence);
    }
}

#[tokio::test]
async fn fs_09_the_query_string_is_in_the_log() {
    own_server_only!("reads the log of the real program");
    let program = program::start("first-steps", TICK, &[]).await;
    program.get("/items/7?limit=1&token=secret").await;
    let line = program.request_line("/items/7");
    assert!(line.contains("GET") && line.contains("404"), "{line}");
    assert_eq!(line.contains("secret"), expect(rust(false), fastapi(true)), "{line}");
}

#[tokio::test]
async fn fs_09_each_request_is_one_line_with_its_status() {
    rust_only!("reads the log of the real program");
    let program = Binary::start("first-steps", &[], &[]);
    for path in ["/", "/items/7?limit=secret", "/nowhere?secret"] {
        program.get(path).await;
    }
    program.signal("INT");
    let log = program.wait().stderr;
    let lines: Vec<&str> = log.lines().collect();
    let expected = [("/", 200), ("/items/7", 400), ("/nowhere", 404)];
    assert_eq!(lines.len(), expected.len(), "{log}");
    for (line, (path, status)) in lines.into_iter().zip(expected) {
        let span = format!("  INFO request{{method=GET path={path}}}: ");
        assert!(line.contains(&span), "{line}");
        assert!(line.ends_with(&format!(" status={status}")), "{line}");
    }
}

#[tokio::test]
async fn fs_08_the_log_says_where_it_happened_and_what() {
    rust_only!("reads the log of the real program");
    let program = Binary::start("first-steps", &[], &[("LESSON_TERMS", "nowhere.txt")]);
    program.get("/terms").await;
    program.signal("INT");
    let log = program.wait().stderr;
    let [reason, request] = log.lines().collect::<Vec<_>>()[..] else { panic!("{log}") };
    assert!(reason.contains(" ERROR request{method=GET path=/terms}: "), "{log}");
    assert!(reason.ends_with(" error=No such file or directory (os error 2)"), "{log}");
    assert!(request.contains(" INFO ") && request.ends_with(" status=500"), "{log}");
}
