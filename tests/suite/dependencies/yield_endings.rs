//! Other ways for a request to end.

use std::time::Duration;

use lesson_tests::{Binary, End, TestServer, expect, fastapi, rust, rust_only, texts};

use super::start;

const PATIENCE: Duration = Duration::from_secs(10);

#[tokio::test]
async fn de_57_the_error_of_a_background_task_reaches_the_teardown() {
    let server = start().await;
    let answer = server.get("/yield-endings/task-fails").await;
    assert_eq!((answer.status, answer.text().await.as_str()), (200, r#""value""#));
    assert_eq!(server.events_with("saw the task failed").await, ["saw the task failed"]);
}

#[tokio::test]
async fn de_58_the_error_of_a_stream_reaches_the_teardown_and_drops_the_tasks() {
    let server = start().await;
    let answer = server.get("/yield-endings/stream-breaks").await;
    assert_eq!(answer.status, 200);
    let body = answer.rest().await;
    assert_eq!((body.text().as_str(), body.end), ("piece 1;", End::Broken));
    assert_eq!(server.events_with("saw no piece 2").await, ["saw no piece 2"]);
}

#[tokio::test]
async fn de_59_an_invalid_request_is_an_error_to_the_teardown() {
    let server = start().await;
    for (query, status) in [("", 422), ("?number=x", 422)] {
        server.delete("/_events").await;
        let answer = server.get(&format!("/yield-endings/invalid{query}")).await;
        assert_eq!(answer.status, status);
        assert_eq!(server.events().await, ["saw an invalid request"]);
    }
    server.delete("/_events").await;
    assert_eq!(server.get("/yield-endings/invalid?number=7").await.text().await, "7");
    assert_eq!(server.events_with("saw no error").await, ["saw no error"]);
}

#[tokio::test]
async fn de_60_a_client_that_leaves_a_stream_counts_as_success() {
    let server = start().await;
    let mut answer = server.get("/yield-endings/endless").await;
    assert_eq!(texts(&answer.take(1).await), ["piece;"]);
    assert_eq!(server.events().await, [""; 0]);
    drop(answer);
    assert_eq!(server.events_with("saw no error").await, ["task", "saw no error"]);
}

#[tokio::test]
async fn de_62_a_returned_error_status_counts_as_success() {
    let server = start().await;
    let answer = server.get("/yield-endings/teapot").await;
    assert_eq!((answer.status, answer.text().await.as_str()), (418, r#""a teapot""#));
    assert_eq!(server.events_with("saw no error").await, ["saw no error"]);
}

/// Asks, and leaves after a tick.
async fn leave(server: &TestServer, path: &str) {
    tokio::select! {
        answer = server.get(path) => panic!("answered {} in less than five ticks", answer.status),
        () = tokio::time::sleep(server.tick()) => {}
    }
}

#[tokio::test]
async fn de_46_run_to_the_end_finishes_without_its_client() {
    let server = TestServer::start_with("dependencies", &[("LESSON_TICK_MS", "100")]).await;
    leave(&server, "/yield-timing/slow-handler").await;
    let events = server.events_with("db closed").await;
    assert_eq!(events, ["db opened", "handler finished", "db closed"]);
}

#[tokio::test]
async fn de_46_the_client_that_stays_gets_its_answer() {
    let server = start().await;
    let answer = server.get("/yield-timing/slow-handler").await;
    assert!(answer.head_at > 4.9, "before the handler's end: {}", answer.head_at);
    assert_eq!(answer.text().await, r#""db""#);
    let events = server.events_with("db closed").await;
    assert_eq!(events, ["db opened", "handler finished", "db closed"]);
}

#[tokio::test]
async fn de_46_an_ordinary_handler_is_dropped_and_its_teardown_sees_it() {
    let server = TestServer::start_with("dependencies", &[("LESSON_TICK_MS", "100")]).await;
    leave(&server, "/yield-timing/slow-handler-dropped").await;
    let saw = expect(rust("saw cancelled before its end"), fastapi("saw no error"));
    server.events_with(saw).await;
    // Five ticks later, the time in which the first handler would have finished.
    assert_eq!(server.get("/yield-timing/slow-handler-dropped").await.text().await, r#""db""#);
    let mut expected = expect(
        rust(vec!["saw cancelled before its end"]),
        fastapi(vec!["handler finished", "saw no error"]),
    );
    expected.extend(["handler finished", "saw no error"]);
    let all = async { while server.events().await.len() < expected.len() {} };
    tokio::time::timeout(PATIENCE, all).await.expect("all events in time");
    assert_eq!(server.events().await, expected);
}

#[tokio::test]
async fn de_64_when_the_client_leaves_only_drop_guards_run() {
    let server = TestServer::start_with("dependencies", &[("LESSON_TICK_MS", "100")]).await;
    tokio::select! {
        answer = server.get("/scope-guard/slow") => {
            panic!("answered {} in less than five ticks", answer.status);
        }
        // While the handler waits, both are open.
        events = server.events_with("guard opened") => {
            assert_eq!(events, ["session opened", "guard opened"]);
        }
    }
    let events = server.events_with("session closed").await;
    let ending = expect(rust("session rolled back"), fastapi("session committed"));
    let expected = ["session opened", "guard opened", "guard closed", ending, "session closed"];
    assert_eq!(events, expected);
    // A second request tells that nothing comes after it.
    server.delete("/_events").await;
    assert_eq!(server.get("/scope-guard/slow").await.text().await, r#""done""#);
    let all = ["session opened", "guard opened", "guard closed"];
    let events = server.events().await;
    assert_eq!(events, [&all[..], &["session committed", "session closed"]].concat());
}

#[tokio::test]
async fn de_61_shutdown_waits_for_teardowns() {
    rust_only!("signals the real program");
    let server = Binary::start("dependencies", &["--tick-ms", "300"], &[]);
    let answer = server.get("/yield-timing/after-response").await;
    assert_eq!(answer.text().await, r#""db""#);
    server.signal("TERM");
    let ended = server.wait();
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let stopping = ended.stderr.find("stopping").expect("a line about the signal");
    let closed = ended.stderr.find("event: closed").expect("the teardown");
    assert!(stopping < closed, "the teardown was over before the signal: {}", ended.stderr);
}

#[tokio::test(flavor = "multi_thread")]
async fn de_61_the_end_of_the_grace_period_cuts_handlers_but_not_teardowns() {
    rust_only!("signals the real program");
    let options = ["--grace-ms", "200", "--tick-ms", "3600000"];
    for (path, teardown) in [
        ("/yield-timing/slow-handler-dropped", "event: saw cancelled before its end"),
        ("/yield-timing/slow-handler", "event: db closed"),
    ] {
        let server = Binary::start("dependencies", &options, &[("RUST_LOG", "debug")]);
        let url = format!("{}{path}", server.base_url());
        let request = lesson_tests::server::client().get(url);
        let answer = tokio::spawn(request.send());
        server.log_line(&format!("path={path}}}: started processing request"));
        server.signal("TERM");
        assert!(answer.await.expect("no panic").is_err(), "an answer");
        let ended = server.wait();
        assert_eq!(ended.code, Some(0), "{}", ended.stderr);
        assert!(ended.stderr.contains("cut after the grace period"), "{}", ended.stderr);
        assert!(ended.stderr.contains(teardown), "{}", ended.stderr);
        assert!(!ended.stderr.contains("handler finished"), "{}", ended.stderr);
    }
}
