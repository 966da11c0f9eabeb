//! What the support crate gives every lesson, seen on a real program.

use std::net::TcpListener;
use std::time::Duration;

use lesson_tests::binary::{self, Binary};
use lesson_tests::{rust_only, texts};
use tokio::time::timeout;

/// Long enough that a test which waits for it fails.
const LONG: &str = "20000";
const LONG_ENOUGH: Duration = Duration::from_secs(15);

#[test]
fn the_banner_names_the_lesson_its_address_and_what_to_try() {
    rust_only!("starts the real program");
    let server = Binary::start("streaming", &[], &[]);
    let base = server.base_url();
    assert!(base.starts_with("http://127.0.0.1:"), "{base}");
    assert_eq!(
        server.banner(),
        format!(
            "lesson-streaming: responses that leave piece by piece\n\
             listening on {base}\n\
             \n\
             Try, in a second terminal:\n\
             \x20 curl -N {base}/text/\n\
             \x20 curl -N {base}/server-b/stream\n\
             \x20 curl -N {base}/sse-counter/\n\
             \n\
             The lesson: lessons/streaming/README.md\n\
             Ctrl-C stops it.\n"
        )
    );
}

#[test]
fn help_lists_every_option_with_its_variable() {
    rust_only!("starts the real program");
    let ended = binary::run("streaming", &["--help"], &[]);
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""));
    for words in [
        "Usage: cargo run -p lesson-streaming -- [OPTIONS]",
        "--host HOST",
        "[LESSON_HOST]",
        "--port PORT",
        "[LESSON_PORT]",
        "--tick-ms MS",
        "[LESSON_TICK_MS]",
        "--grace-ms MS",
        "[LESSON_GRACE_MS]",
    ] {
        assert!(ended.stdout.contains(words), "no {words} in:\n{}", ended.stdout);
    }
}

#[test]
fn a_port_that_is_taken_is_one_sentence_and_exit_code_1() {
    rust_only!("starts the real program");
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = taken.local_addr().expect("an address").port().to_string();
    let ended = binary::run("streaming", &["--port", &port], &[]);
    assert_eq!(ended.code, Some(1));
    assert_eq!(ended.stdout, "");
    assert_eq!(
        ended.stderr,
        format!(
            "lesson-streaming: port {port} is taken: choose another one with --port or \
             LESSON_PORT, 0 takes any that is free\n"
        )
    );
}

#[test]
fn a_host_that_is_not_ours_is_one_sentence_and_exit_code_1() {
    rust_only!("starts the real program");
    // An address of the documentation's own range: no machine has it.
    let ended = binary::run("streaming", &["--host", "192.0.2.1", "--port", "0"], &[]);
    assert_eq!(ended.code, Some(1));
    let sentence = "lesson-streaming: cannot listen on 192.0.2.1 port 0: ";
    assert!(ended.stderr.starts_with(sentence), "{}", ended.stderr);
    assert_eq!(ended.stderr.lines().count(), 1, "{}", ended.stderr);
}

#[test]
fn a_bad_option_or_variable_is_one_sentence_and_exit_code_2() {
    rust_only!("starts the real program");
    for (options, variables, sentence) in [
        (
            &["--port", "http"][..],
            &[][..],
            "--port must be a whole number from 0 to 65535, not \"http\"; try --help",
        ),
        (&["--prot", "1"], &[], "invalid option '--prot'; try --help"),
        (
            &[],
            &[("LESSON_GRACE_MS", "soon")],
            "LESSON_GRACE_MS must be a whole number from 1 to 3600000, not \"soon\"; try --help",
        ),
        (
            &[],
            &[("RUST_LOG", "axum=loud")],
            "RUST_LOG must be a list such as info,lesson_streaming=debug, not \"axum=loud\"",
        ),
    ] {
        let ended = binary::run("streaming", options, variables);
        assert_eq!(ended.code, Some(2), "{sentence}");
        assert_eq!(ended.stdout, "");
        assert_eq!(ended.stderr, format!("lesson-streaming: {sentence}\n"));
    }
}

#[test]
fn a_variable_that_the_lesson_cannot_use_is_one_sentence_and_exit_code_1() {
    rust_only!("starts the real program");
    let variables = [("LESSON_UPSTREAM_URL", "localhost:8000")];
    let ended = binary::run("streaming", &["--port", "0"], &variables);
    assert_eq!(ended.code, Some(1));
    assert_eq!(
        ended.stderr,
        "lesson-streaming: LESSON_UPSTREAM_URL: localhost:8000 does not begin with http://\n"
    );
}

#[tokio::test]
async fn ctrl_c_and_sigterm_stop_a_server_without_clients_at_once() {
    rust_only!("signals the real program");
    for signal in ["INT", "TERM"] {
        let server = Binary::start("streaming", &["--grace-ms", LONG], &[]);
        server.signal(signal);
        let ended = server.wait();
        assert_eq!(ended.code, Some(0), "{}", ended.stderr);
        assert!(ended.after < LONG_ENOUGH, "it waited: {:?}", ended.after);
    }
}

#[tokio::test]
async fn a_client_that_is_connected_and_silent_does_not_hold_the_shutdown() {
    rust_only!("signals the real program");
    let server = Binary::start("streaming", &["--grace-ms", LONG], &[]);
    let silent = tokio::net::TcpStream::connect(server.address()).await.expect("a connection");
    // An answer shows that the connection before it has been accepted.
    server.get("/ping").await;
    server.signal("TERM");
    let ended = server.wait();
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert!(ended.after < LONG_ENOUGH, "it waited: {:?}", ended.after);
    drop(silent);
}

#[tokio::test]
async fn a_second_ctrl_c_ends_the_process_at_once_with_130() {
    rust_only!("signals the real program");
    let server = Binary::start("streaming", &["--grace-ms", LONG], &[]);
    let mut answer = server.get("/text/").await;
    assert_eq!(texts(&answer.take(1).await), ["some text data"]);
    server.signal("INT");
    server.log_line("Ctrl-C: stopping");
    server.signal("INT");
    let ended = server.wait();
    assert_eq!(ended.code, Some(130), "{}", ended.stderr);
    assert!(ended.after < LONG_ENOUGH, "it waited: {:?}", ended.after);
}

#[tokio::test]
async fn a_second_sigterm_ends_the_process_at_once_with_143() {
    rust_only!("signals the real program");
    let server = Binary::start("streaming", &["--grace-ms", LONG], &[]);
    let mut answer = server.get("/text/").await;
    assert_eq!(texts(&answer.take(1).await), ["some text data"]);
    server.signal("TERM");
    server.log_line("SIGTERM: stopping");
    server.signal("TERM");
    server.log_line("SIGTERM again: ending now");
    let ended = server.wait();
    assert_eq!(ended.code, Some(143), "{}", ended.stderr);
}

#[tokio::test]
async fn a_log_that_nobody_reads_holds_no_answer() {
    rust_only!("starts the real program");
    let server = Binary::start_unread("streaming");
    // A pipe takes 64 KiB, and the line of such a request is longer than one.
    let path = format!("/{}", "a".repeat(1024));
    let asking = async {
        for _ in 0..100 {
            assert_eq!(server.get(&path).await.text().await, "{\"detail\":\"Not Found\"}");
        }
    };
    timeout(LONG_ENOUGH, asking).await.expect("answers");
}

#[tokio::test]
async fn each_request_is_a_line_of_the_log_and_a_broken_body_another() {
    rust_only!("reads the log of the real program");
    let server = Binary::start("streaming", &[], &[]);
    server.get("/ping").await.text().await;
    server.log_line("GET /ping 200 OK, head after ");
    server.get("/nowhere").await.text().await;
    server.log_line("GET /nowhere 404 Not Found, head after ");
    server.get("/bare-midway/stream").await.rest().await;
    server.log_line("GET /bare-midway/stream: the body broke off: the source failed");
}
