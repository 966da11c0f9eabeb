//! The layer that waits for the first chunk.

use axum::Json;
use axum::body::to_bytes;
use axum::response::IntoResponse;
use lesson_tests::{Answer, Binary, End, TestServer, expect, fastapi, fastapi_only, paused, rust};
use lesson_tests::{rust_only, texts};

use super::{paused_app, start};

const DIGITS: &str = "01234567890123456789";

async fn assert_teapot(answer: Answer) {
    assert_eq!(answer.status, 418);
    assert_eq!(answer.content_type(), Some("application/json"));
    assert_eq!(answer.text().await, "null");
}

#[tokio::test]
async fn st_11_the_status_is_200_whatever_happens_later() {
    let server = start().await;
    for (path, texts) in [
        ("/bare-raise/stream", &[][..]),
        ("/bare-error-object/stream", &[]),
        ("/bare-midway/stream", &["round 0;", "round 1;"]),
        ("/bare-midway-object/stream", &["round 0;", "round 1;"]),
    ] {
        let answer = server.get(path).await;
        assert_eq!(answer.status, 200, "{path}");
        assert_eq!(answer.content_type(), Some("text"), "{path}");
        assert_eq!(answer.header("transfer-encoding"), Some("chunked"), "{path}");
        let body = answer.rest().await;
        assert_eq!(body.texts(), texts, "{path}");
        assert_eq!(body.end, End::Broken, "{path}");
    }
}

#[tokio::test]
async fn st_12_a_failure_before_the_first_chunk_can_still_change_the_status() {
    let server = start().await;
    for path in ["/watched-raise/stream", "/watched-error-object/stream"] {
        assert_teapot(server.get(path).await).await;
    }
    assert_eq!(server.events().await, [""; 0]);
}

#[tokio::test]
async fn st_13_a_layer_acts_on_one_path_only() {
    let server = start().await;
    let answer = server.get("/watched-ok/other").await;
    assert_eq!((answer.status, answer.content_type()), (200, Some("text")));
    assert_eq!(answer.text().await, DIGITS);

    let watched = server.get("/watched-raise/other").await;
    assert_eq!((watched.status, watched.content_type()), (200, Some("text")));
    let watched = watched.rest().await;
    assert_eq!(watched.text(), "");
    assert_eq!(watched.end, expect(rust(End::Broken), fastapi(End::Complete)));

    for path in ["/bare-raise/other", "/replayed-raise/other"] {
        let answer = server.get(path).await;
        assert_eq!((answer.status, answer.content_type()), (200, Some("text")), "{path}");
        let body = answer.rest().await;
        assert_eq!((body.text().as_str(), body.end), ("", End::Broken), "{path}");
    }
    assert_eq!(server.events().await, [""; 0]);
}

#[tokio::test]
async fn st_14_a_failure_isnt_raised_in_a_middlewares_loop() {
    let server = start().await;
    assert_teapot(server.get("/watched-error-object/stream").await).await;
    assert_eq!(server.events().await, [""; 0]);
}

#[tokio::test]
async fn st_14_a_failure_reaches_a_layer_as_an_item() {
    rust_only!("reads the log of the real program");
    let server = Binary::start("streaming", &[], &[]);
    for layer in ["watched", "replayed"] {
        for source in ["raise", "error-object"] {
            let answer = server.get(&format!("/{layer}-{source}/stream")).await;
            assert_teapot(answer).await;
            server.log_line(&format!(
                "path=/{layer}-{source}/stream}}: the stream failed before its first chunk error=the source failed"
            ));
        }
    }
}

#[tokio::test]
async fn st_15_json_needs_a_value() {
    rust_only!("asks the compiler; the doc test of `teapot` has its words");
    let json: fn(()) -> Json<()> = Json; // a function that takes the content
    let body = to_bytes(json(()).into_response().into_body(), usize::MAX).await;
    assert_eq!(body.expect("a body"), "null");
}

#[tokio::test]
async fn st_15_in_fastapi_a_json_response_without_content_is_a_500() {
    fastapi_only!("in Rust it doesn't compile");
    let answer = start().await.get("/teapot-literal/stream").await;
    // On a busy machine, uvicorn may close the connection before the body is out: the exception
    // overtakes it.
    assert_eq!((answer.status, answer.content_type()), (500, Some("text/plain; charset=utf-8")));
}

#[tokio::test]
async fn st_16_a_layer_that_only_looks_for_a_chunk_takes_empty_for_failed() {
    let server = start().await;
    for path in ["/watched-empty/stream", "/watched-blank/stream"] {
        assert_teapot(server.get(path).await).await;
    }
    assert_eq!(server.events().await, [""; 0]);
}

#[tokio::test]
async fn st_16_an_empty_stream_is_a_good_answer() {
    let server = start().await;
    for path in [
        "/bare-empty/stream",
        "/bare-blank/stream",
        "/watched-empty/other",
        "/replayed-empty/stream",
        "/replayed-blank/stream",
    ] {
        let answer = server.get(path).await;
        assert_eq!((answer.status, answer.content_type()), (200, Some("text")), "{path}");
        let body = answer.rest().await;
        assert_eq!((body.texts(), body.end), (vec![], End::Complete), "{path}");
    }
}

#[tokio::test]
async fn st_17_a_failure_is_the_last_item_of_a_stream() {
    rust_only!("reads on after the failure");
    let (app, _) = paused_app();
    let mut answer = paused::get(&app, "/bare-midway-object/stream").await;
    assert_eq!(texts(&answer.take(2).await), ["round 0;", "round 1;"]);
    assert_eq!(answer.next_bytes().await, Err(End::Broken));
    assert_eq!(answer.next_bytes().await, Err(End::Complete));
}

#[tokio::test]
async fn st_18_a_failure_after_the_first_chunk_comes_too_late() {
    for source in ["midway", "midway-object"] {
        let server = start().await;
        let answer = server.get(&format!("/watched-{source}/stream")).await;
        assert_eq!(answer.status, 200, "{source}");
        let body = answer.rest().await;
        assert_eq!(body.texts(), ["round 1;"], "{source}");
        assert_eq!(body.end, expect(rust(End::Broken), fastapi(End::Complete)), "{source}");
        let saw =
            expect(rust(r#"middleware saw "round 0;""#), fastapi("middleware saw b'round 0;'"));
        assert_eq!(server.events().await, [saw], "{source}");
    }
}

#[tokio::test]
async fn st_19_the_chunk_that_was_looked_at_is_lost() {
    let server = start().await;
    let answer = server.get("/watched-ok/stream").await;
    assert_eq!((answer.status, answer.content_type()), (200, Some("text")));
    assert!(answer.head_at > 0.9, "the head waits for the first chunk: {}", answer.head_at);
    assert_eq!(answer.text().await, DIGITS[1..]);
    let saw = expect(rust(r#"middleware saw "0""#), fastapi("middleware saw b'0'"));
    assert_eq!(server.events().await, [saw]);

    let answer = server.get("/bare-ok/stream").await;
    assert_eq!(answer.text().await, DIGITS);
}

#[tokio::test(start_paused = true)]
async fn st_19_the_head_waits_for_the_first_chunk_only() {
    rust_only!("pauses the clock");
    let (app, _) = paused_app();
    for (path, first_round) in [("/watched-ok/stream", 9), ("/replayed-ok/stream", 10)] {
        let answer = paused::get(&app, path).await;
        assert_eq!(answer.head_at, 1.0, "{path}");
        let body = answer.rest().await;
        let times: Vec<f64> = body.pieces.iter().map(|piece| piece.at).collect();
        assert_eq!(times, [vec![1.0; first_round], vec![2.0; 10]].concat(), "{path}");
    }
}

#[tokio::test]
async fn st_20_a_raised_error_and_a_yielded_one_look_alike() {
    let server = start().await;
    for path in ["/bare-raise/other", "/bare-error-object/other"] {
        let answer = server.get(path).await;
        assert_eq!((answer.status, answer.content_type()), (200, Some("text")), "{path}");
        let body = answer.rest().await;
        assert_eq!((body.text().as_str(), body.end), ("", End::Broken), "{path}");
    }
}

#[tokio::test]
async fn st_21_each_digit_is_a_chunk_and_each_round_begins_with_a_pause() {
    // A tick in which a busy machine can also read ten pieces.
    let server = TestServer::start_with("streaming", &[("LESSON_TICK_MS", "100")]).await;
    let body = server.get("/bare-ok/stream").await.rest().await;
    let digits: Vec<String> = DIGITS.chars().map(String::from).collect();
    assert_eq!(body.texts(), digits);
    assert!(body.pieces[0].at > 0.9 && body.pieces[10].at > 1.9, "{body:?}");
    assert!(body.pieces[9].at < body.pieces[10].at - 0.4, "{body:?}");
}

#[tokio::test(start_paused = true)]
async fn st_21_the_pauses_are_exact_under_a_paused_clock() {
    rust_only!("pauses the clock");
    let (app, _) = paused_app();
    let body = paused::get(&app, "/bare-ok/stream").await.rest().await;
    let times: Vec<f64> = body.pieces.iter().map(|piece| piece.at).collect();
    assert_eq!(times, [[1.0; 10], [2.0; 10]].concat());
    assert_eq!(body.ended_at, 2.0);
}

#[tokio::test]
async fn st_23_the_repaired_layer_puts_the_first_chunk_back() {
    let server = start().await;
    let answer = server.get("/replayed-ok/stream").await;
    assert_eq!((answer.status, answer.content_type()), (200, Some("text")));
    assert!(answer.head_at > 0.9, "the head waits for the first chunk: {}", answer.head_at);
    assert_eq!(answer.text().await, DIGITS);
    for path in ["/replayed-raise/stream", "/replayed-error-object/stream"] {
        assert_teapot(server.get(path).await).await;
    }
    let body = server.get("/replayed-midway/stream").await.rest().await;
    assert_eq!((body.texts(), body.end), (vec!["round 0;", "round 1;"], End::Broken));
}
