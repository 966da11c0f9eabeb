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
    assert!(ended.stdout.starts_with("responses that leave piece by piece\n"), "{}", ended.stdout);
    for words in [
        "Usage: cargo run -p lesson-streaming -- [OPTIONS]",
        "--host <HOST>",
        "[env: LESSON_HOST=] [default: 127.0.0.1]",
        "--port <PORT>",
        "[env: LESSON_PORT=] [default: 8000]",
        "--tick-ms <MS>",
        "[env: LESSON_TICK_MS=] [default: 1000]",
        "--grace-ms <MS>",
        "[env: LESSON_GRACE_MS=] [default: 10000]",
        "--read-timeout-ms <MS>",
        "[env: LESSON_READ_TIMEOUT_MS=] [default: 30000]",
        "--write-timeout-ms <MS>",
        "[env: LESSON_WRITE_TIMEOUT_MS=] [default: 60000]",
        "--log <LOG>",
        "[env: RUST_LOG=] [default: info]",
    ] {
        assert!(ended.stdout.contains(words), "no {words} in:\n{}", ended.stdout);
    }
}

#[test]
fn an_option_wins_over_its_variable() {
    rust_only!("starts the real program");
    let server = Binary::start("streaming", &["--host", "127.0.0.2"], &[("LESSON_HOST", "::1")]);
    assert!(server.base_url().starts_with("http://127.0.0.2:"), "{}", server.base_url());
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
            "Error: port {port} is taken: choose another one with --port or \
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
    let sentence = "Error: cannot listen on 192.0.2.1 port 0: ";
    assert!(ended.stderr.starts_with(sentence), "{}", ended.stderr);
    assert_eq!(ended.stderr.lines().count(), 1, "{}", ended.stderr);
}

#[test]
fn a_bad_option_or_variable_is_named_with_exit_code_2() {
    rust_only!("starts the real program");
    for (options, variables, sentence) in [
        (
            &["--port", "http"][..],
            &[][..],
            "error: invalid value 'http' for '--port <PORT>': invalid digit found in string",
        ),
        (
            &["--port", "65536"],
            &[],
            "error: invalid value '65536' for '--port <PORT>': 65536 is not in 0..=65535",
        ),
        (&["--prot", "1"], &[], "error: unexpected argument '--prot' found"),
        (&["extra"], &[], "error: unexpected argument 'extra' found"),
        (
            &["--tick-ms", "0"],
            &[],
            "error: invalid value '0' for '--tick-ms <MS>': 0 is not in 1..=3600000",
        ),
        (
            &[],
            &[("LESSON_GRACE_MS", "soon")],
            "error: invalid value 'soon' for '--grace-ms <MS>': invalid digit found in string",
        ),
        (
            &[],
            &[("RUST_LOG", "axum=loud")],
            "error: invalid value 'axum=loud' for '--log <LOG>': error parsing level filter: expected one of \"off\", \"error\", \"warn\", \"info\", \"debug\", \"trace\", or a number 0-5",
        ),
    ] {
        let ended = binary::run("streaming", options, variables);
        assert_eq!(ended.code, Some(2), "{sentence}");
        assert_eq!(ended.stdout, "");
        assert_eq!(ended.stderr.lines().next(), Some(sentence), "{}", ended.stderr);
        assert!(ended.stderr.ends_with("For more information, try '--help'.\n"));
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
        "Error: LESSON_UPSTREAM_URL: localhost:8000 does not begin with http://\n"
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
    server.log_line("stopping; a second Ctrl-C ends it now");
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
    server.log_line("stopping; a second Ctrl-C ends it now");
    server.signal("TERM");
    let ended = server.wait();
    assert_eq!(ended.code, Some(143), "{}", ended.stderr);
}

/// A pipe takes 64 KiB, and one such request makes a line of 10.
const LONG_PATH: usize = 10 * 1024;

#[tokio::test]
async fn a_log_that_nobody_reads_holds_no_signal() {
    rust_only!("signals the real program");
    for (signals, code) in [(&["TERM"][..], 1), (&["INT", "INT"], 130)] {
        let server = Binary::start_unread("streaming", &["--grace-ms", "100"]);
        fill_the_log(&server).await;
        for signal in signals {
            server.signal(signal);
        }
        let ended = server.wait();
        assert_eq!(ended.code, Some(code), "{signals:?}");
        assert!(ended.after < LONG_ENOUGH, "it waited: {:?}", ended.after);
    }
}

/// Asks until an answer does not come, because its line cannot be written.
async fn fill_the_log(server: &Binary) {
    let path = format!("/{}", "a".repeat(LONG_PATH));
    for _ in 0..20 {
        let asking = async { server.get(&path).await.text().await };
        if timeout(Duration::from_secs(2), asking).await.is_err() {
            return;
        }
    }
    panic!("the log is not full");
}

#[tokio::test]
async fn each_request_is_a_line_of_the_log_and_a_broken_body_another() {
    rust_only!("reads the log of the real program");
    let server = Binary::start("streaming", &[], &[]);
    server.get("/ping?token=secret").await.text().await;
    let line = server.log_line("request{method=GET path=/ping}: finished status=200 latency=");
    assert!(line.contains(" INFO ") && !line.contains("secret"), "{line}");
    server.get("/nowhere").await.text().await;
    server.log_line("request{method=GET path=/nowhere}: finished status=404 latency=");
    server.get("/bare-midway/stream").await.rest().await;
    let line = server.log_line("the body broke off");
    let words = "ERROR request{method=GET path=/bare-midway/stream}: the body broke off \
                 error=\"the source failed\"\n";
    assert!(line.ends_with(words), "{line}");
}

#[tokio::test]
async fn the_address_in_a_browser_says_what_to_try() {
    rust_only!("reads the banner of the real program");
    let server = Binary::start("streaming", &[], &[]);
    let answer = server.get("/").await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.content_type(), Some("text/plain; charset=utf-8"));
    assert_eq!(answer.text().await, server.banner());
}

/// A file that may not grow any more is like a full disk: nobody must end of it.
#[cfg(unix)]
#[tokio::test]
async fn a_log_file_that_may_not_grow_ends_nothing() {
    rust_only!("sets a limit of the real program");
    let folder = tempfile::tempdir().expect("a folder");
    let log = folder.path().join("log");
    let line = format!("ulimit -f 8; exec \"$0\" 2>{}", log.display());
    let server = Binary::start_in_shell("lesson-streaming", &line, &[]);
    // A line of the log has more than 80 bytes, so 4 KiB are full after 50 of them.
    for _ in 0..100 {
        assert_eq!(server.get("/ping").await.text().await, r#""pong""#);
    }
    assert_eq!(log.metadata().expect("a log").len(), 4096);
    server.signal("TERM");
    let ended = server.wait();
    assert_eq!(ended.code, Some(0));
    assert!(ended.after < LONG_ENOUGH, "it waited: {:?}", ended.after);
}
