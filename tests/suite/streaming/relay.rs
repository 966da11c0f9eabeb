//! Server B: the relay, and what can go wrong upstream.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use async_stream::stream;
use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{Request, StatusCode, header};
use axum::routing::get;
use futures_util::StreamExt;
use lesson_streaming::app;
use lesson_streaming::failing::flush_before_error;
use lesson_streaming::upstream::Upstream;
use lesson_tests::{Binary, Target, texts};
use lesson_tests::{End, TestServer, expect, fastapi, own_server_only, paused, rust, rust_only};
use scopeguard::guard;
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio::time::{sleep, timeout};
use tower::ServiceExt;

use super::file::STREAMED;
use super::{paused_app, start};
use crate::support::running::serve;

const BAD_GATEWAY: &str = r#"{"detail":"Bad Gateway"}"#;

#[tokio::test]
async fn st_08_body_and_media_type_arrive_unchanged() {
    let server = start().await;
    let answer = server.get("/server-b/stream").await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.content_type(), Some("application/json"));
    assert_eq!(answer.header("transfer-encoding"), Some("chunked"));
    assert_eq!(answer.text().await, STREAMED);
}

#[tokio::test]
async fn st_08_the_media_type_is_the_upstreams() {
    own_server_only!("sets LESSON_UPSTREAM_URL");
    let png = [(header::CONTENT_TYPE, "image/png")];
    let image = serve(Router::new().fallback(async move || (png, "an image"))).await;
    let answer = relay_of(&image).await.get("/server-b/file").await;
    let fixed = Some("application/json");
    let wanted = expect(rust(Some("image/png")), fastapi(fixed));
    assert_eq!(answer.content_type(), wanted, "the content type, if the upstream's is image/png");
    let untyped = serve(Router::new().fallback(async || Body::from("no media type"))).await;
    let answer = relay_of(&untyped).await.get("/server-b/file").await;
    let wanted = expect(rust(None), fastapi(fixed));
    assert_eq!(answer.content_type(), wanted, "the content type, if the upstream sends none");
}

#[tokio::test]
async fn st_09_decoding_each_piece_breaks_on_a_split_character() {
    let server = start().await;
    let answer = server.get("/server-b/stream-split-char").await;
    assert_eq!((answer.status, answer.content_type()), (200, Some("application/json")));
    let body = answer.rest().await;
    assert_eq!((body.text().as_str(), body.end), ("", End::Broken));
}

#[tokio::test]
async fn st_09_bytes_that_are_passed_on_as_they_are_arrive_whole() {
    let server = start().await;
    let answer = server.get("/server-b/stream-split-char-careful").await;
    assert_eq!((answer.status, answer.content_type()), (200, Some("application/json")));
    let expected = format!("{}가{}", "x".repeat(99), "y".repeat(20));
    assert_eq!(answer.text().await, expected);
}

#[tokio::test]
async fn st_10_an_upstream_that_is_down_or_refuses_is_a_502() {
    let server = start().await;
    for path in ["/server-b/stream-no-upstream", "/server-b/stream-missing-file"] {
        let answer = server.get(path).await;
        assert_eq!(answer.status, expect(rust(502), fastapi(200)), "{path}");
        let body = answer.rest().await;
        assert_eq!(body.end, expect(rust(End::Complete), fastapi(End::Broken)), "{path}");
        assert_eq!(body.text(), expect(rust(BAD_GATEWAY), fastapi("")), "{path}");
    }
}

#[tokio::test]
async fn st_10_an_upstream_that_cant_be_reached_is_a_502() {
    own_server_only!("sets LESSON_UPSTREAM_URL");
    // Nobody listens on port 1.
    let answer = relay_of("http://127.0.0.1:1").await.get("/server-b/file").await;
    let wanted = expect(rust(502), fastapi(200));
    assert_eq!(answer.status, wanted, "the status, if the upstream can't be reached");
    let body = answer.rest().await;
    assert_eq!(body.end, expect(rust(End::Complete), fastapi(End::Broken)));
    assert_eq!(body.text(), expect(rust(BAD_GATEWAY), fastapi("")));
}

#[tokio::test]
async fn st_33_a_slow_reader_slows_the_upstream_down() {
    own_server_only!("sets LESSON_UPSTREAM_URL");
    let (upstream, produced) = endless_upstream().await;
    let server = relay_of(&upstream).await;
    let mut answer = server.get("/server-b/file").await;
    answer.next_bytes().await.expect("a first piece");
    let held = stalled(&produced).await;
    assert!(held < 64 << 20, "{held} bytes were produced for a client that reads nothing");

    let mut read = 0;
    while read < 2 * held {
        read += answer.next_bytes().await.expect("another piece").len() as u64;
    }
    let produced = produced.load(Ordering::SeqCst);
    assert!(produced >= read, "{read} bytes were read, {produced} produced");
}

/// An eighth of a gigabyte, to keep the suite quick; `just bench` takes ten.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn st_34_memory_stays_flat_while_a_large_body_passes() {
    rust_only!("measures the real program");
    let folder = tempfile::tempdir().expect("a folder");
    let path = super::file::sparse_file(folder.path(), SIZE);
    const SIZE: u64 = 128 << 20;
    let server = Binary::start("streaming", &[], &[("LESSON_JSON_FILE", &path)]);
    server.get("/ping").await.text().await;
    let before = server.resident_bytes();

    let mut answer = server.get("/server-b/file").await;
    let (mut received, mut most) = (0, before);
    let end = loop {
        match answer.next_bytes().await {
            Ok(piece) => received += piece.len() as u64,
            Err(end) => break end,
        }
        most = most.max(server.resident_bytes());
    };
    assert_eq!((received, end), (SIZE, End::Complete));
    let grown = most - before;
    assert!(grown < 8 << 20, "memory grew by {grown} bytes");
}

#[tokio::test]
async fn st_35_the_upstream_is_given_up_when_the_client_leaves() {
    own_server_only!("sets LESSON_UPSTREAM_URL");
    let (upstream, given_up) = upstream_that_notices().await;
    let server = relay_of(&upstream).await;
    let mut answer = server.get("/server-b/file").await;
    answer.next_bytes().await.expect("a first piece");
    drop(answer);
    timeout(Duration::from_secs(10), given_up.notified())
        .await
        .expect("the upstream is given up in time");
}

#[tokio::test]
async fn st_36_an_upstream_that_answers_with_an_error_is_a_502_before_the_first_byte() {
    own_server_only!("sets LESSON_UPSTREAM_URL");
    for status in [StatusCode::INTERNAL_SERVER_ERROR, StatusCode::FOUND] {
        let elsewhere = [(header::LOCATION, "/elsewhere")];
        let app = Router::new()
            .route("/elsewhere", get(async || "a page that nobody asked for"))
            .fallback(async move || (status, elsewhere, "internals of the upstream"));
        let server = relay_of(&serve(app).await).await;
        let answer = server.get("/server-b/file").await;
        let wanted = expect(rust(502), fastapi(200));
        assert_eq!(answer.status, wanted, "the status, if the upstream's is {status}");
        let text = expect(rust(BAD_GATEWAY), fastapi("internals of the upstream"));
        assert_eq!(answer.text().await, text, "{status}");
    }
}

#[tokio::test(start_paused = true)]
async fn st_36_an_upstream_that_does_not_answer_is_a_504() {
    rust_only!("pauses the clock");
    // The system completes the connection, but nobody accepts it.
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let (_, mut state) = paused_app();
    state.upstream = Upstream::new(&url).expect("a client");
    let answer = paused::get(&app(state), "/server-b/file").await;
    assert_eq!((answer.status, answer.head_at), (504, 30.0));
    assert_eq!(answer.text().await, r#"{"detail":"Gateway Timeout"}"#);
}

#[tokio::test]
async fn st_36_the_log_says_why_there_is_no_answer() {
    rust_only!("reads the log of the real program");
    let failing = async || (StatusCode::INTERNAL_SERVER_ERROR, "internals of the upstream");
    let upstream = serve(Router::new().fallback(failing)).await;
    let server = Binary::start("streaming", &[], &[("LESSON_UPSTREAM_URL", &upstream)]);
    assert_eq!(server.get("/server-b/file").await.status, 502);
    server
        .log_line("the upstream refused status=500 Internal Server Error path=\"/server-a/file\"");
    assert_eq!(server.get("/server-b/stream-no-upstream").await.status, 502);
    server.log_line("Connection refused");
}

#[tokio::test(start_paused = true)]
async fn st_36_the_limit_is_for_a_pause_not_for_the_stream() {
    rust_only!("pauses the clock");
    let slow = async || {
        Body::from_stream(stream! {
            for piece in ["first", "second", "third"] {
                yield Ok::<_, Infallible>(piece);
                sleep(Duration::from_secs(20)).await;
            }
        })
    };
    let (_, mut state) = paused_app();
    let upstream = serve(Router::new().fallback(slow)).await;
    state.upstream = Upstream::new(&upstream).expect("a client");
    let body = paused::get(&app(state), "/server-b/file").await.rest().await;
    assert_eq!((body.texts(), body.end), (vec!["first", "second", "third"], End::Complete));
}

#[tokio::test]
async fn st_37_if_the_upstream_breaks_off_so_does_the_answer() {
    let server = start().await;
    for path in ["/server-a/stream-breaks", "/server-b/stream-breaks"] {
        let answer = server.get(path).await;
        assert_eq!(answer.status, 200, "{path}");
        assert_eq!(answer.content_type(), Some("application/json"), "{path}");
        let body = answer.rest().await;
        assert_eq!(body.text(), "{\"numbers\": [1, 2, ", "{path}");
        assert_eq!(body.end, End::Broken, "{path}");
    }
}

#[tokio::test]
async fn st_37_half_a_file_doesnt_look_whole() {
    own_server_only!("sets LESSON_UPSTREAM_URL");
    let half = async || {
        Body::from_stream(flush_before_error(stream! {
            yield Ok("the first half");
            yield Err(std::io::Error::other("the upstream fails half-way"));
        }))
    };
    let server = relay_of(&serve(Router::new().fallback(half)).await).await;
    let answer = server.get("/server-b/file").await;
    assert_eq!(answer.status, 200);
    let body = answer.rest().await;
    assert_eq!(body.end, End::Broken, "how the body ended, if the upstream's breaks off");
    assert_eq!(body.text(), "the first half", "the body, if the upstream's breaks off");
}

#[tokio::test]
async fn st_48_each_piece_is_passed_on_when_it_arrives() {
    own_server_only!("sets LESSON_UPSTREAM_URL");
    assert_each_piece_is_passed_on("/server-b/stream").await;
}

#[tokio::test]
async fn st_48_each_piece_of_a_file_is_passed_on_when_it_arrives() {
    own_server_only!("sets LESSON_UPSTREAM_URL");
    assert_each_piece_is_passed_on("/server-b/file").await;
}

async fn assert_each_piece_is_passed_on(path: &str) {
    let go_on = Arc::new(Notify::new());
    let gate = Arc::clone(&go_on);
    let app = Router::new().fallback(async move || {
        Body::from_stream(stream! {
            for piece in ["first", "second", "third"] {
                yield Ok::<_, Infallible>(piece);
                gate.notified().await;
            }
        })
    });
    let server = relay_of(&format!("{}/prefix/", serve(app).await)).await;
    // The upstream makes a piece only after the one before it has arrived here.
    let patience = Target::current().patience(Duration::from_secs(30));
    let answer = timeout(patience, server.get(path)).await;
    let mut answer = answer.expect("the head of the answer, before the upstream's second piece");
    for piece in ["first", "second", "third"] {
        assert_eq!(texts(&answer.take(1).await), [piece]);
        go_on.notify_one();
    }
    assert_eq!(answer.rest().await.end, End::Complete);
}

/// More than the buffers of all sockets on the way hold.
const LARGE: usize = 32 << 20;

#[tokio::test(start_paused = true)]
async fn st_49_a_client_that_pauses_is_not_taken_for_a_silent_upstream() {
    rust_only!("pauses the clock");
    let large = Router::new().fallback(async || Bytes::from(vec![b'x'; LARGE]));
    let (_, mut state) = paused_app();
    state.upstream = Upstream::new(&serve(large).await).expect("a client");
    let mut answer = paused::get(&app(state), "/server-b/file").await;
    let mut received = 0;
    let end = loop {
        match answer.next_bytes().await {
            Ok(piece) => received += piece.len(),
            Err(end) => break end,
        }
        // Three times, each of them longer than the upstream may be silent.
        if received.is_multiple_of(LARGE / 4) {
            sleep(Duration::from_secs(100)).await;
        }
    };
    assert_eq!((received, end), (LARGE, End::Complete));
}

#[tokio::test(start_paused = true)]
async fn st_49_an_upstream_that_is_silent_while_its_client_waits_is_given_up() {
    rust_only!("pauses the clock");
    let (upstream, given_up) = upstream_that_notices().await;
    let (_, mut state) = paused_app();
    state.upstream = Upstream::new(&upstream).expect("a client");
    // Not with `paused::get`, whose own patience is as long.
    let request = Request::get("/server-b/file").body(Body::empty()).expect("a request");
    let answer = app(state).oneshot(request).await.expect("an answer");
    let mut body = answer.into_body().into_data_stream();
    assert_eq!(body.next().await.expect("a piece").expect("a piece"), "a first piece");
    sleep(Duration::from_secs(100)).await;
    let waiting = tokio::time::Instant::now();
    let next = timeout(Duration::from_secs(3600), body.next()).await.expect("an end");
    let error = next.expect("an error").expect_err("an error");
    assert_eq!(error.to_string(), "nothing from the upstream for 30s");
    assert_eq!(waiting.elapsed(), Duration::from_secs(30));
    drop(body);
    given_up.notified().await;
}

#[tokio::test]
async fn st_46_the_upstream_is_never_taken_from_the_request() {
    assert_the_upstream_is_the_configured_one("/server-b/stream").await;
}

#[tokio::test]
async fn st_46_the_upstream_of_a_file_is_never_taken_from_the_request() {
    assert_the_upstream_is_the_configured_one("/server-b/file").await;
}

async fn assert_the_upstream_is_the_configured_one(path: &str) {
    let decoy = serve(Router::new().fallback(async || "a decoy")).await;
    let host = decoy.trim_start_matches("http://").to_owned();
    let server = start().await;
    let request = server
        .request(reqwest::Method::GET, path)
        .header("host", &host)
        .header("x-forwarded-host", &host);
    let text = server.send(request).await.text().await;
    assert_eq!(text, STREAMED, "the body, if `Host` names another server");
}

#[tokio::test]
async fn st_46_proxies_of_the_environment_are_ignored() {
    rust_only!("starts the real program");
    let proxy = [("http_proxy", "http://127.0.0.1:1"), ("HTTP_PROXY", "http://127.0.0.1:1")];
    let server = Binary::start("streaming", &[], &proxy);
    assert_eq!(server.get("/server-b/stream").await.text().await, STREAMED);
}

pub(super) async fn relay_of(upstream: &str) -> TestServer {
    TestServer::start_with("streaming", &[("LESSON_UPSTREAM_URL", upstream)]).await
}

/// A server whose every answer is endless, and the number of bytes that it has made.
async fn endless_upstream() -> (String, Arc<AtomicU64>) {
    let produced = Arc::new(AtomicU64::new(0));
    let counter = Arc::clone(&produced);
    let app = Router::new().fallback(async move || {
        Body::from_stream(stream! {
            let piece = Bytes::from(vec![b'x'; 64 * 1024]);
            loop {
                counter.fetch_add(piece.len() as u64, Ordering::SeqCst);
                yield Ok::<_, Infallible>(piece.clone());
            }
        })
    });
    (serve(app).await, produced)
}

/// Waits until a counter stands still, and returns its value.
async fn stalled(counter: &AtomicU64) -> u64 {
    let mut since = (counter.load(Ordering::SeqCst), Instant::now());
    while since.1.elapsed() < Duration::from_millis(300) {
        sleep(Duration::from_millis(10)).await;
        let now = counter.load(Ordering::SeqCst);
        assert!(now < 1 << 30, "a gigabyte was made for a client that reads nothing");
        if now != since.0 {
            since = (now, Instant::now());
        }
    }
    since.0
}

/// A server that sends one piece, then nothing, and tells when its stream is dropped.
async fn upstream_that_notices() -> (String, Arc<Notify>) {
    let dropped = Arc::new(Notify::new());
    let notify = Arc::clone(&dropped);
    let app = Router::new().fallback(async move || {
        Body::from_stream(stream! {
            let _at_the_end = guard(notify, |notify| notify.notify_one());
            yield Ok::<_, Infallible>("a first piece");
            std::future::pending::<()>().await;
        })
    });
    (serve(app).await, dropped)
}
