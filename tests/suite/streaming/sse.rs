//! Server-sent events, by hand and with axum's own type.

use eventsource_stream::{Event, Eventsource};
use futures_util::StreamExt;
use lesson_tests::{
    Answer, End, Target, TestServer, expect, fastapi, paused, rust, rust_only, texts,
};

use super::{paused_app, start};

/// What five messages of a feed look like on the wire.
fn five(message: impl Fn(u32) -> String) -> Vec<String> {
    (0..5).map(message).collect()
}

/// Asserts that five messages come, one a tick, and that the body then ends cleanly.
async fn assert_five(answer: Answer, messages: Vec<String>) {
    let body = answer.rest().await;
    assert_eq!(body.texts(), messages);
    assert_eq!(body.end, End::Complete);
    for (number, piece) in body.pieces.iter().enumerate() {
        assert!(piece.at > number as f64 - 0.5, "message {number} too early: {body:?}");
    }
    assert!(body.ended_at > 4.5, "{body:?}");
}

#[tokio::test]
async fn st_24_events_by_hand_are_a_text_stream() {
    let server = start().await;
    let answer = server.get("/sse/7").await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.content_type(), Some("text/event-stream; charset=utf-8"));
    assert_eq!(answer.header("transfer-encoding"), Some("chunked"));
    assert_five(answer, five(|n| format!("id:7, message {n}\n\n"))).await;
    assert_eq!(server.events().await, ["sse finished after 5"]);
}

#[tokio::test(start_paused = true)]
async fn st_24_the_times_are_exact_under_a_paused_clock() {
    rust_only!("pauses the clock");
    let (app, _) = paused_app();
    let body = paused::get(&app, "/sse/7").await.rest().await;
    let times: Vec<f64> = body.pieces.iter().map(|piece| piece.at).collect();
    assert_eq!(times, [0.0, 1.0, 2.0, 3.0, 4.0]);
    assert_eq!(body.ended_at, 5.0);
}

#[tokio::test]
async fn st_25_a_browser_needs_the_media_type_and_blank_lines() {
    let server = start().await;
    let loose = server.get("/sse-loose/7").await;
    assert_eq!(loose.content_type(), None);
    assert_eq!(dispatched(loose).await, []);
    let strict = server.get("/sse-data/7").await;
    assert_eq!(strict.content_type(), Some("text/event-stream; charset=utf-8"));
    assert_eq!(dispatched(strict).await.len(), 5);
}

#[tokio::test]
async fn st_26_events_without_media_type_and_blank_lines_are_still_streamed() {
    let server = start().await;
    let answer = server.get("/sse-loose/7").await;
    assert_eq!((answer.status, answer.content_type()), (200, None));
    assert_five(answer, five(|n| format!("id:7, message {n}"))).await;
    assert_eq!(server.events().await, ["sse-loose finished after 5"]);
}

#[tokio::test]
async fn st_27_an_id_that_isnt_an_integer_is_a_422() {
    let server = start().await;
    for path in
        ["/sse/abc", "/sse-loose/abc", "/sse-library/abc", "/sse-data/abc", "/sse-native/abc"]
    {
        let answer = server.get(path).await;
        assert_eq!(answer.status, 422, "{path}");
        assert_eq!(answer.content_type(), Some("application/json"), "{path}");
        assert_eq!(
            answer.text().await,
            r#"{"detail":[{"type":"int_parsing","loc":["path","id"],"msg":"Input should be a valid integer, unable to parse string as an integer","input":"abc"}]}"#,
            "{path}"
        );
    }
}

#[tokio::test]
async fn st_27_integers_are_read_as_pydantic_reads_them() {
    let server = start().await;
    for (path, id) in [("-1", "-1"), ("300", "300"), ("%207", "7"), ("1.0", "1"), ("+5", "5")] {
        let mut answer = server.get(&format!("/sse/{path}")).await;
        let first = answer.take(1).await.remove(0);
        assert_eq!(first.text, format!("id:{id}, message 0\n\n"));
    }
    let answer = server.get("/sse/99999999999999999999").await;
    assert_eq!(answer.status, expect(rust(422), fastapi(200)));
}

#[tokio::test]
async fn st_27_a_get_route_also_answers_head() {
    let server = start().await;
    let answer = server.send(server.request(reqwest::Method::HEAD, "/sse/7")).await;
    assert_eq!(answer.status, expect(rust(200), fastapi(405)));
    let answer = server.send(server.request(reqwest::Method::PUT, "/sse/7")).await;
    assert_eq!(answer.status, 405);
    assert_eq!(answer.header("allow"), expect(rust(Some("GET,HEAD")), fastapi(Some("GET"))));
    assert_eq!(answer.text().await, r#"{"detail":"Method Not Allowed"}"#);
    let answer = server.get("/nowhere").await;
    assert_eq!(answer.status, 404);
    assert_eq!(answer.text().await, r#"{"detail":"Not Found"}"#);
}

#[tokio::test]
async fn st_28_a_feed_ends_when_its_client_leaves() {
    let server = TestServer::start_with("streaming", &[("LESSON_TICK_MS", "100")]).await;
    for (path, name) in [
        ("/sse/7", "sse"),
        ("/sse-loose/7", "sse-loose"),
        ("/sse-data/7", "sse-data"),
        ("/sse-library/7", "sse-library"),
        ("/sse-native/7", "sse-native"),
    ] {
        let mut answer = server.get(path).await;
        answer.take(3).await;
        drop(answer);
        let cancelled = format!("{name} cancelled after 3");
        let events = server.events_with(&cancelled).await;
        assert_eq!(events.last(), Some(&cancelled));
    }
}

#[tokio::test]
async fn st_29_sse_writes_the_framing() {
    let server = start().await;
    let answer = server.get("/sse-library/7").await;
    assert_eq!(answer.status, 200);
    assert_eq!(
        answer.content_type(),
        expect(rust(Some("text/event-stream")), fastapi(Some("text/event-stream; charset=utf-8")))
    );
    assert_eq!(
        answer.header("cache-control"),
        expect(rust(Some("no-cache")), fastapi(Some("no-store")))
    );
    assert_eq!(answer.header("x-accel-buffering"), Some("no"));
    let line_end = expect(rust("\n"), fastapi("\r\n"));
    assert_five(answer, five(|n| format!("data: id:7, message {n}{line_end}{line_end}"))).await;
    assert_eq!(server.events().await, ["sse-library finished after 5"]);
}

#[tokio::test]
async fn st_31_a_message_without_data_isnt_an_event() {
    let server = start().await;
    assert_eq!(dispatched(server.get("/sse/7").await).await, []);
    let answer = server.get("/sse-data/7").await;
    assert_eq!(answer.content_type(), Some("text/event-stream; charset=utf-8"));
    let events = dispatched(answer).await;
    let seen: Vec<_> =
        events.iter().map(|event| (event.id.as_str(), event.data.as_str())).collect();
    assert_eq!(
        seen,
        [
            ("7", "message 0"),
            ("7", "message 1"),
            ("7", "message 2"),
            ("7", "message 3"),
            ("7", "message 4")
        ]
    );
}

#[tokio::test]
async fn st_31_the_lines_are_an_id_and_a_data_field() {
    let server = start().await;
    let answer = server.get("/sse-data/7").await;
    assert_five(answer, five(|n| format!("id: 7\ndata: message {n}\n\n"))).await;
    assert_eq!(server.events().await, ["sse-data finished after 5"]);
}

/// The events that an `EventSource` dispatches for a body.
async fn dispatched(answer: Answer) -> Vec<Event> {
    let text = answer.text().await;
    let body = futures_util::stream::iter([Ok::<_, std::convert::Infallible>(text)]);
    body.eventsource().map(|event| event.expect("an event")).collect().await
}

#[tokio::test]
async fn st_32_both_frameworks_write_the_same_events() {
    let server = start().await;
    let answer = server.get("/sse-native/7").await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("cache-control"), Some("no-cache"));
    assert_eq!(answer.header("x-accel-buffering"), Some("no"));
    assert_five(answer, five(|n| format!("data: message {n}\nid: 7\n\n"))).await;
    assert_eq!(server.events().await, ["sse-native finished after 5"]);
}

#[tokio::test]
async fn st_42_a_client_that_comes_back_resumes_after_its_last_event() {
    let server = TestServer::start_with("streaming", &[("LESSON_TICK_MS", "100")]).await;
    let mut answer = server.get("/sse-counter/").await;
    assert_eq!(answer.status, 200);
    let first = answer.take(3).await;
    assert_eq!(texts(&first), counts(0..3));
    drop(answer);
    server.events_with("sse-counter over after 3").await;

    let mut answer = resume(&server, "/sse-counter/", "2").await;
    assert_eq!(texts(&answer.take(2).await), counts(3..5), "the events after the one with id 2");
}

#[tokio::test]
async fn st_42_the_largest_id_is_no_reason_to_fail() {
    let server = start().await;
    let last = u64::MAX.to_string();
    let request = server.request(reqwest::Method::GET, "/sse-counter/");
    let is_answered = request.header("last-event-id", &last).send().await.is_ok();
    assert!(is_answered, "no answer to `Last-Event-ID: {last}`: does the handler panic?");
    let mut answer = resume(&server, "/sse-counter/", &last).await;
    let beyond = expect(rust("18446744073709551615"), fastapi("18446744073709551616"));
    let event = answer.take(1).await.remove(0);
    assert_eq!(event.text, format!("data: count {beyond}\nid: {beyond}\n\n"));
}

/// An error would end the feed for good.
#[tokio::test]
async fn st_42_after_an_unreadable_id_the_feed_starts_from_the_beginning() {
    // Python has no largest integer.
    assert_starts_over("/sse-counter/", &counts(0..1)[0], 200).await;
}

#[tokio::test]
async fn st_42_after_an_unreadable_id_a_feed_that_ends_starts_over_too() {
    // To Python, the large number is an event after the last one.
    assert_starts_over("/sse-finite/", "data: message 0\nid: 0\nretry: 10\n\n", 204).await;
}

/// `after_large` is what FastAPI makes of a number that is too large here.
async fn assert_starts_over(path: &str, first: &str, after_large: u16) {
    let server = start().await;
    for unreadable in ["two", "99999999999999999999", "1.5", " "] {
        let mut answer = resume(&server, path, unreadable).await;
        let is_large = unreadable.len() == 20;
        let status = expect(rust(200), fastapi(if is_large { after_large } else { 422 }));
        assert_eq!(answer.status, status, "the status after `Last-Event-ID: {unreadable}`");
        if *Target::current() != Target::FastApi {
            let event = answer.take(1).await.remove(0);
            assert_eq!(event.text, first, "the first event after `Last-Event-ID: {unreadable}`");
        }
    }
}

/// GET as a browser sends it after it has seen an event.
async fn resume(server: &TestServer, path: &str, last_event_id: &str) -> Answer {
    let request = server.request(reqwest::Method::GET, path);
    server.send(request.header("last-event-id", last_event_id)).await
}

#[tokio::test]
async fn st_56_a_client_that_has_seen_everything_gets_a_204() {
    let server = TestServer::start_with("streaming", &[("LESSON_TICK_MS", "50")]).await;
    let message = |n| format!("data: message {n}\nid: {n}\nretry: 50\n\n");
    let answer = server.get("/sse-finite/").await;
    assert_eq!(answer.status, 200);
    assert_five(answer, five(message)).await;

    // After a clean end, an `EventSource` asks again.
    let rest = resume(&server, "/sse-finite/", "2").await.rest().await;
    assert_eq!(rest.texts(), five(message)[3..], "the events after the one with id 2");
    let answer = resume(&server, "/sse-finite/", "4").await;
    assert_eq!((answer.status, answer.content_type()), (204, None), "after the last event");
    assert_eq!(answer.text().await, "");
}

fn counts(numbers: std::ops::Range<u32>) -> Vec<String> {
    numbers.map(|n| format!("data: count {n}\nid: {n}\n\n")).collect()
}

/// It takes fifteen real seconds on the other targets, and none on ours.
#[tokio::test(start_paused = true)]
async fn st_43_a_quiet_stream_sends_a_comment_every_15_seconds() {
    let mut server = None;
    let mut answer = match Target::current() {
        Target::Rust => paused::get(&paused_app().0, "/sse-quiet/").await,
        _ => {
            tokio::time::resume();
            server.insert(start().await).get("/sse-quiet/").await
        }
    };
    let comment = answer.take(1).await.remove(0);
    assert_eq!(comment.text, ": ping\n\n");
    if *Target::current() == Target::Rust {
        assert_eq!(comment.at, 15.0);
        assert_eq!(answer.take(1).await[0].at, 30.0);
    }
}

#[tokio::test]
async fn st_44_caches_and_proxies_are_told_not_to_keep_events() {
    let server = start().await;
    assert_not_kept(&server, "/sse-native/7").await;
    assert_not_kept(&server, "/sse-quiet/").await;
    let by_hand = server.get("/sse/7").await;
    assert_eq!(by_hand.header("cache-control"), None);
    assert_eq!(by_hand.header("x-accel-buffering"), None);
}

#[tokio::test]
async fn st_44_a_feed_that_ends_isnt_kept() {
    assert_not_kept(&start().await, "/sse-finite/").await;
}

#[tokio::test]
async fn st_44_a_feed_without_an_end_isnt_kept() {
    assert_not_kept(&start().await, "/sse-counter/").await;
}

async fn assert_not_kept(server: &TestServer, path: &str) {
    let answer = server.get(path).await;
    let header = |name| answer.header(name);
    assert_eq!(header("cache-control"), Some("no-cache"), "cache-control of {path}");
    assert_eq!(header("x-accel-buffering"), Some("no"), "x-accel-buffering of {path}");
}

#[tokio::test(start_paused = true)]
async fn st_45_an_endless_stream_can_be_tested_in_process() {
    rust_only!("pauses the clock");
    let (app, state) = paused_app();
    let mut answer = paused::get(&app, "/sse-counter/").await;
    let hour = answer.take(3600).await;
    assert_eq!(hour[3599].text, "data: count 3599\nid: 3599\n\n");
    assert_eq!(hour[3599].at, 3599.0);
    drop(answer);
    assert_eq!(state.events.lines(), ["sse-counter over after 3600"]);
}
