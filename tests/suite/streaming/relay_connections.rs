//! Server B: the connections that it keeps, and that the upstream closes.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use lesson_streaming::app;
use lesson_streaming::upstream::Upstream;
use lesson_tests::{End, expect, fastapi, own_server_only, paused, rust, rust_only};
use tokio::time::sleep;

use super::relay::relay_of;
use super::{paused_app, raw_upstream};

/// An answer that doesn't announce the end of its connection.
const OK: &str = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";

/// The upstream closes right after its answer, or when the next request is already on its way.
#[tokio::test]
async fn st_53_a_kept_connection_that_the_upstream_closes_isnt_an_error() {
    own_server_only!("sets LESSON_UPSTREAM_URL");
    for waits_for_another in [false, true] {
        let lost = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&lost);
        let upstream = raw_upstream::upstream(move |mut connection, _| {
            let lost = Arc::clone(&counter);
            async move {
                if connection.request().await {
                    connection.send(OK).await;
                }
                if waits_for_another && connection.request().await {
                    lost.fetch_add(1, Ordering::SeqCst);
                }
            }
        });
        let server = relay_of(&upstream.await.url).await;
        for _ in 0..3 {
            let answer = server.get("/server-b/file").await;
            assert_eq!((answer.status, answer.text().await.as_str()), (200, "ok"));
        }
        // FastAPI's relay opens a connection for each request, so nothing is closed under it.
        let most = expect(rust(2), fastapi(0));
        assert_eq!(lost.load(Ordering::SeqCst), if waits_for_another { most } else { 0 });
    }
}

#[tokio::test]
async fn st_53_a_request_is_sent_three_times_at_most() {
    own_server_only!("sets LESSON_UPSTREAM_URL");
    let upstream = raw_upstream::upstream(async |mut connection, _| {
        connection.request().await;
    })
    .await;
    let server = relay_of(&upstream.url).await;
    let answer = server.get("/server-b/file").await;
    assert_eq!(answer.status, expect(rust(502), fastapi(200)));
    let body = answer.rest().await;
    assert_eq!(body.end, expect(rust(End::Complete), fastapi(End::Broken)));
    assert_eq!(upstream.connections(), expect(rust(3), fastapi(1)));
}

/// uvicorn keeps a connection for five seconds.
#[tokio::test(start_paused = true)]
async fn st_53_an_idle_connection_is_closed_before_the_upstream_closes_it() {
    rust_only!("pauses the clock");
    let upstream =
        raw_upstream::upstream(async |connection, _| connection.answer_each(OK).await).await;
    let (_, mut state) = paused_app();
    state.upstream = Upstream::new(&upstream.url).expect("a client");
    let app = app(state);
    for (pause, connections) in [(0.0, 1), (3.0, 1), (4.5, 2)] {
        sleep(Duration::from_secs_f64(pause)).await;
        assert_eq!(paused::get(&app, "/server-b/file").await.text().await, "ok");
        assert_eq!(upstream.connections(), connections, "after {pause} s");
    }
}

/// The limit for the length of a head is hyper's, not this lesson's.
#[tokio::test]
async fn st_54_an_endless_head_is_a_502() {
    own_server_only!("sets LESSON_UPSTREAM_URL");
    let upstream = raw_upstream::upstream(async |mut connection, index| {
        connection.request().await;
        let line = format!("x-{index}: {}\r\n", "x".repeat(1000));
        let head = format!("HTTP/1.1 200 OK\r\n{}", line.repeat(50));
        connection.send(&head).await;
        connection.send_until_closed(&"x".repeat(64 * 1024)).await;
    });
    let server = relay_of(&upstream.await.url).await;
    let answer = server.get("/server-b/file").await;
    assert_eq!(answer.status, expect(rust(502), fastapi(200)));
    let end = answer.rest().await.end;
    assert_eq!(end, expect(rust(End::Complete), fastapi(End::Broken)));
}
