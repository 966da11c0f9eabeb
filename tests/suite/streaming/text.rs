//! Text streams, their client, and their content types.

use std::panic::{AssertUnwindSafe, catch_unwind};

use axum::body::Body;
use axum::extract::Request;
use futures_util::StreamExt;
use lesson_tests::{End, TestServer, expect, fastapi, own_server_only, paused, rust, rust_only};
use lesson_tests::{binary, texts};
use tokio::runtime::Builder;
use tower::ServiceExt;

use super::{paused_app, start};

const PIECE: &str = "some text data";

#[tokio::test]
async fn st_01_each_piece_is_sent_when_it_is_made() {
    // Each piece's time is compared with that of the whole, so the ticks may be short.
    let server = TestServer::start_with("streaming", &[("LESSON_TICK_MS", "4")]).await;
    let answer = server.get("/text/").await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("transfer-encoding"), Some("chunked"));
    let body = answer.rest().await;
    assert_eq!(body.pieces.len(), 30, "the number of pieces");
    assert_eq!(body.texts(), [PIECE; 30]);
    assert_eq!(body.end, End::Complete);
    for (number, piece) in body.pieces.iter().enumerate() {
        let due = 5.0 * number as f64;
        assert!(piece.at > due - 1.0, "piece {number} before it was made: {piece:?}");
        // On a busy machine each pause is longer, but no piece waits for the others.
        let late = piece.at / body.ended_at - number as f64 / 30.0;
        assert!(late < 0.4, "piece {number} was held back: {piece:?}");
    }
    assert!(body.ended_at > 149.0, "the pause after the last piece: {}", body.ended_at);
}

#[tokio::test(start_paused = true)]
async fn st_01_the_times_are_exact_under_a_paused_clock() {
    rust_only!("pauses the clock");
    let (app, _) = paused_app();
    let body = paused::get(&app, "/text/").await.rest().await;
    let times: Vec<f64> = body.pieces.iter().map(|piece| piece.at).collect();
    let due: Vec<f64> = (0..30).map(|number| 5.0 * f64::from(number)).collect();
    assert_eq!(times, due);
    assert_eq!(body.ended_at, 150.0);
}

#[tokio::test]
async fn st_03_a_client_that_reads_pieces_gets_them_as_they_arrive() {
    // The first piece's time is compared with that of all, so the ticks may be short.
    let server = TestServer::start_with("streaming", &[("LESSON_TICK_MS", "4")]).await;
    let started = std::time::Instant::now();
    let request = server.request(reqwest::Method::GET, "/text/");
    let mut response = request.send().await.expect("an answer");
    let first = response.chunk().await.expect("a piece").expect("a piece");
    let first_after = started.elapsed();
    assert_eq!(first, PIECE);
    assert_eq!(response.bytes().await.expect("the rest").len(), 29 * PIECE.len());
    let all_after = started.elapsed();
    assert!(
        first_after < all_after / 2,
        "the first after {first_after:?}, all after {all_after:?}"
    );
}

#[tokio::test]
async fn st_03_a_client_that_reads_the_whole_body_waits_for_its_end() {
    // The time is only compared with a lower bound, so the tick may be short.
    let server = TestServer::start_with("streaming", &[("LESSON_TICK_MS", "2")]).await;
    let started = std::time::Instant::now();
    let request = server.request(reqwest::Method::GET, "/text/");
    let text = request.send().await.expect("an answer").text().await;
    assert_eq!(text.expect("the whole text"), PIECE.repeat(30));
    assert!(started.elapsed() > server.tick() * 149);
}

#[tokio::test]
async fn st_03_the_lessons_client_prints_each_piece() {
    rust_only!("runs the lesson's own client");
    let server = start().await;
    let url = format!("{}/text/sync-iterator", server.base_url());
    let client = tokio::task::spawn_blocking(move || binary::run_example("client", &[&url]));
    let ended = client.await.expect("the client's end");
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""));
    let pieces: Vec<&str> = ended.stdout.lines().map(|line| &line[9..]).collect();
    assert_eq!(pieces, ["\"one \"", "\"two \"", "\"three\"", "the end"]);
}

#[tokio::test]
async fn st_04_a_stream_without_a_media_type_has_no_content_type() {
    let server = start().await;
    let answer = server.get("/text/sync-iterator").await;
    assert_eq!(answer.content_type(), None);
    assert_eq!(answer.header("content-length"), None);
    assert_eq!(answer.header("transfer-encoding"), Some("chunked"));
}

/// With either of the two, a browser has nothing to guess.
#[tokio::test]
async fn st_55_a_browser_doesnt_have_to_guess_the_type() {
    let server = start().await;
    let answer = server.get("/text/").await;
    assert_eq!(answer.content_type(), Some("text/plain; charset=utf-8"));
    assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
}

#[tokio::test]
async fn st_05_a_charset_is_sent_only_if_you_write_one() {
    let server = start().await;
    assert_eq!(server.get("/bare-ok/stream").await.content_type(), Some("text"));
    let by_hand = server.get("/sse/7").await;
    assert_eq!(by_hand.content_type(), Some("text/event-stream; charset=utf-8"));
    let by_the_framework = server.get("/sse-native/7").await;
    assert_eq!(
        by_the_framework.content_type(),
        expect(rust(Some("text/event-stream")), fastapi(Some("text/event-stream; charset=utf-8")))
    );
}

#[tokio::test]
async fn st_06_a_stream_is_dropped_when_its_client_leaves() {
    let server = TestServer::start_with("streaming", &[("LESSON_TICK_MS", "50")]).await;
    let mut answer = server.get("/text/").await;
    assert_eq!(texts(&answer.take(3).await), [PIECE; 3]);
    drop(answer);
    let events = server.events_with("text stream over after 3").await;
    assert_eq!(events, ["text stream over after 3"]);
}

#[tokio::test]
async fn st_06_a_stream_that_has_sent_everything_says_so_once() {
    let server = TestServer::start_with("streaming", &[("LESSON_TICK_MS", "4")]).await;
    let body = server.get("/text/").await.rest().await;
    assert_eq!((body.pieces.len(), body.end), (30, End::Complete));
    let events = server.events_with("text stream over after 30").await;
    assert_eq!(events, ["text stream over after 30"]);
}

#[tokio::test(start_paused = true)]
async fn st_06_the_guard_runs_at_once() {
    rust_only!("pauses the clock");
    let (app, state) = paused_app();
    let mut answer = paused::get(&app, "/text/").await;
    answer.take(3).await;
    assert!(state.events.lines().is_empty());
    drop(answer);
    assert_eq!(state.events.lines(), ["text stream over after 3"]);
}

#[tokio::test(start_paused = true)]
async fn st_06_the_guard_runs_after_the_last_pause() {
    rust_only!("pauses the clock");
    let (app, state) = paused_app();
    let body = paused::get(&app, "/text/").await.rest().await;
    assert_eq!(body.end, End::Complete);
    assert_eq!(state.events.lines(), ["text stream over after 30"]);
}

#[test]
fn st_06_the_guard_runs_when_the_stream_panics() {
    rust_only!("calls the lesson in process");
    // A runtime without a clock: the stream's `sleep` panics, after the first piece.
    let runtime = Builder::new_current_thread().build().expect("a runtime");
    let (app, state) = paused_app();
    let request = Request::get("/text/").body(Body::empty()).expect("a request");
    let response = runtime.block_on(app.oneshot(request)).expect("an answer");
    let mut pieces = response.into_body().into_data_stream();
    assert_eq!(runtime.block_on(pieces.next()).expect("a piece").expect("a piece"), PIECE);
    assert!(state.events.lines().is_empty());
    let next = AssertUnwindSafe(|| runtime.block_on(pieces.next()));
    let panic = catch_unwind(next).expect_err("a panic");
    let message = panic.downcast_ref::<String>().map(String::as_str);
    assert!(message.is_some_and(|text| text.contains("timers are disabled")), "{message:?}");
    // The stream itself is still there: it's the panic that ran the guard.
    assert_eq!(state.events.lines(), ["text stream over after 1"]);
    drop(pieces);
    assert_eq!(state.events.lines(), ["text stream over after 1"]);
}

/// `LESSON_TARGET=http://…` has one server for all tests.
#[tokio::test]
async fn support_ping_and_events_answer_as_every_lesson_does() {
    own_server_only!("needs a log of its own");
    let server = TestServer::start("streaming").await;
    assert_eq!(server.get("/ping").await.text().await, r#""pong""#);
    let answer = server.get("/_events").await;
    assert_eq!(answer.content_type(), Some("application/json"));
    assert_eq!(answer.text().await, "[]");
    server.get("/sse/7").await.text().await;
    assert_eq!(server.events_with("sse finished after 5").await.len(), 1);
    assert_eq!(server.delete("/_events").await.status, 204);
    assert_eq!(server.events().await, [""; 0]);
}
