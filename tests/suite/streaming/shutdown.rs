//! What a shutdown does to open streams, with the real program and real signals.

use std::time::Duration;

use lesson_tests::server::client;
use lesson_tests::{Answer, Binary, End, Target, rust_only, rust_program_only, texts};
use tokio::time::timeout;

use super::file::sparse_file;

/// A grace period so long that a test which waits for it fails.
const LONG: &str = "20000";
const LONG_ENOUGH: Duration = Duration::from_secs(15);

/// A grace period so short that a test can wait for it.
const SHORT: &str = "300";

const CUT: &str = "cut after the grace period connections=1 tasks=0\n";

#[tokio::test]
async fn st_38_sigterm_ends_event_streams_cleanly_and_at_once() {
    rust_only!("signals the real program");
    let server = start_with_long_ticks();
    let quiet = server.get("/sse-quiet/").await;
    let mut streams = vec![("/sse-quiet/", quiet)];
    for path in ["/sse/7", "/sse-library/7", "/sse-native/7"] {
        streams.push((path, stream(&server, path).await));
    }
    assert_sigterm_ends(server, streams).await;
}

#[tokio::test]
async fn st_38_sigterm_ends_a_feed_that_would_go_on_for_hours() {
    rust_program_only!("signals the real program");
    let server = start_with_long_ticks();
    let finite = stream(&server, "/sse-finite/").await;
    assert_sigterm_ends(server, vec![("/sse-finite/", finite)]).await;
}

#[tokio::test]
async fn st_38_sigterm_ends_a_feed_without_an_end() {
    rust_program_only!("signals the real program");
    let server = start_with_long_ticks();
    let counter = stream(&server, "/sse-counter/").await;
    assert_sigterm_ends(server, vec![("/sse-counter/", counter)]).await;
}

/// With a tick of an hour, no stream ends by itself.
fn start_with_long_ticks() -> Binary {
    Binary::start("streaming", &["--grace-ms", LONG, "--tick-ms", "3600000"], &[])
}

/// A stream that has sent its first piece.
async fn stream(server: &Binary, path: &str) -> Answer {
    let mut stream = server.get(path).await;
    assert_eq!(stream.status, 200, "the status of {path}");
    stream.take(1).await;
    stream
}

async fn assert_sigterm_ends(server: Binary, streams: Vec<(&str, Answer)>) {
    server.signal("TERM");
    // Shorter than what reading waits for, to say what it is that doesn't come.
    let patience = Target::current().patience(LONG_ENOUGH) - Duration::from_secs(1);
    for (path, stream) in streams {
        let rest = timeout(patience, stream.rest()).await;
        let rest = rest.unwrap_or_else(|_| panic!("{path} goes on after SIGTERM"));
        assert_eq!(rest.end, End::Complete, "how {path} ended after SIGTERM");
    }
    let ended = server.wait();
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert!(ended.after < LONG_ENOUGH, "it waited: {:?}", ended.after);
    assert!(!ended.stderr.contains("cut"), "{}", ended.stderr);
}

#[tokio::test]
async fn st_38_ctrl_c_ends_event_streams_under_axum_serve() {
    rust_only!("signals an example");
    let server = Binary::start_example("plain_axum");
    let mut events = server.get("/events").await;
    assert_eq!(events.content_type(), Some("text/event-stream"));
    assert_eq!(texts(&events.take(1).await), ["data: 0\n\n"]);
    server.signal("INT");
    // Without the signal, it would count forever.
    let rest = timeout(LONG_ENOUGH, events.rest()).await.expect("an end in time");
    assert_eq!(rest.end, End::Complete);
    let ended = server.wait();
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""));
}

#[tokio::test]
async fn st_39_a_finite_body_is_finished_first() {
    rust_only!("signals the real program");
    let server = Binary::start("streaming", &["--grace-ms", LONG, "--tick-ms", "100"], &[]);
    let mut answer = server.get("/text/sync-iterator").await;
    assert_eq!(texts(&answer.take(1).await), ["one "]);
    server.signal("TERM");
    server.log_line("stopping");
    let rest = answer.rest().await;
    assert_eq!((rest.text().as_str(), rest.end), ("two three", End::Complete));
    let ended = server.wait();
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert!(ended.after < LONG_ENOUGH, "it waited: {:?}", ended.after);
}

#[tokio::test]
async fn st_40_what_is_left_after_the_grace_period_is_cut_and_counted() {
    rust_program_only!("signals the real program");
    let server = Binary::start("streaming", &["--grace-ms", SHORT], &[]);
    server.get("/ping").await.text().await;
    let mut answers = [server.get("/text/").await, server.get("/text/?second=1").await];
    for answer in &mut answers {
        assert_eq!(texts(&answer.take(1).await), ["some text data"]);
    }
    server.signal("TERM");
    for answer in answers {
        let rest = answer.rest().await;
        let rest = (rest.text(), rest.end);
        assert_eq!(rest, (String::new(), End::Broken), "how half of /text/ ended after SIGTERM");
    }
    let ended = server.wait();
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let lines_with = |text| ended.stderr.lines().filter(|line| line.contains(text)).count();
    assert_eq!(
        lines_with("cut after the grace period connections=2 tasks=0"),
        1,
        "{}",
        ended.stderr
    );
    assert_eq!(lines_with("event: text stream over after 1"), 2, "{}", ended.stderr);
    assert_eq!(lines_with("second=1"), 0, "a query can hold secrets: {}", ended.stderr);
}

#[tokio::test(flavor = "multi_thread")]
async fn st_40_a_request_that_is_still_waiting_gets_no_answer() {
    rust_only!("signals the real program");
    let options = ["--grace-ms", SHORT, "--tick-ms", "3600000"];
    let server = Binary::start("streaming", &options, &[("RUST_LOG", "debug")]);
    // The layer waits an hour for the first chunk.
    let request = client().get(format!("{}/watched-ok/stream", server.base_url()));
    let answer = tokio::spawn(request.send());
    server.log_line("request{method=GET path=/watched-ok/stream}: started");
    server.signal("TERM");
    assert!(answer.await.expect("no panic").is_err(), "an answer");
    let ended = server.wait();
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert!(ended.stderr.contains(CUT), "{}", ended.stderr);
}

#[tokio::test]
async fn st_41_a_client_that_does_not_read_does_not_hold_up_the_shutdown() {
    rust_only!("signals the real program");
    let folder = tempfile::tempdir().expect("a folder");
    let path = sparse_file(folder.path(), 1 << 30);
    let server = Binary::start("streaming", &["--grace-ms", SHORT], &[("LESSON_JSON_FILE", &path)]);
    let mut answer = server.get("/server-a/file").await;
    answer.next_bytes().await.expect("a first piece");
    server.signal("TERM");
    let ended = server.wait();
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert!(ended.after < LONG_ENOUGH, "it waited: {:?}", ended.after);
    assert!(ended.stderr.contains(CUT), "{}", ended.stderr);
    drop(answer);
}
