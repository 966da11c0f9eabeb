//! Streams made of iterators, and the threads that they block.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use futures_util::FutureExt;
use futures_util::future::select_all;
use lesson_streaming::{AppState, app};
use lesson_support::Tick;
use lesson_tests::{End, paused, rust_only, texts};
use tokio::runtime::Builder;
use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::file::STREAMED;
use super::{paused_app, start};

#[tokio::test]
async fn st_02_any_iterator_can_be_streamed() {
    let server = start().await;
    let answer = server.get("/text/sync-iterator").await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("transfer-encoding"), Some("chunked"));
    assert_eq!(answer.content_type(), None);
    let body = answer.rest().await;
    assert_eq!(body.texts(), ["one ", "two ", "three"]);
    assert_eq!(body.end, End::Complete);
    assert!(body.pieces[1].at > 0.9 && body.pieces[2].at > 1.9, "{body:?}");
    assert!(body.ended_at > 2.9, "{body:?}");
}

#[tokio::test]
async fn st_02_blocking_iterators_dont_hold_up_other_requests() {
    let server = start().await;
    // More streams at once than the runtime has workers.
    let mut streams = Vec::new();
    for _ in 0..8 {
        streams.push(server.get("/text/sync-iterator").await);
    }
    assert_eq!(server.get("/ping").await.text().await, r#""pong""#);
    for mut stream in streams {
        assert_eq!(texts(&stream.take(1).await), ["one "]);
        assert_eq!(stream.rest().await.end, End::Complete);
    }
}

/// The lesson on a runtime whose pool has few threads, with this many places for iterators.
fn on_few_threads(places: usize, tick: Tick, test: impl AsyncFnOnce(Router)) {
    let runtime = Builder::new_multi_thread()
        .worker_threads(1)
        .max_blocking_threads(THREADS)
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let (_, state) = paused_app();
        let places = Arc::new(Semaphore::new(places));
        test(app(AppState { tick, places, ..state })).await;
    });
    // Dropping the runtime would wait for the threads that block.
    runtime.shutdown_background();
}

const THREADS: usize = 4;

async fn assert_a_file_is_answered(app: &Router) {
    let file = async { paused::get(app, "/server-a/stream").await.text().await };
    let file = timeout(Duration::from_secs(15), file).await;
    assert_eq!(file.expect("a thread for the file"), STREAMED);
}

#[test]
fn st_58_clients_that_read_nothing_hold_no_thread() {
    rust_only!("sets the size of the pool");
    on_few_threads(THREADS, Tick::from_ms(1), async |app| {
        let mut stalled = Vec::new();
        for _ in 0..2 * THREADS {
            let mut answer = paused::get(&app, "/text/sync-iterator").await;
            assert_eq!(texts(&answer.take(1).await), ["one "]);
            stalled.push(answer);
        }
        assert_a_file_is_answered(&app).await;
        // They have missed nothing.
        for answer in stalled {
            assert_eq!(answer.rest().await.texts(), ["two ", "three"]);
        }
    });
}

#[test]
fn st_58_blocking_iterators_leave_threads_to_others() {
    rust_only!("sets the size of the pool");
    // The second item of each would come after the test.
    on_few_threads(THREADS - 1, Tick::from_ms(60_000), async |app| {
        let mut waiting = Vec::new();
        for _ in 0..2 * THREADS {
            let mut answer = paused::get(&app, "/text/sync-iterator").await;
            assert_eq!(texts(&answer.take(1).await), ["one "]);
            waiting.push(answer);
        }
        let second = select_all(waiting.iter_mut().map(|answer| answer.next_piece().boxed()));
        tokio::select! {
            // In this order, so that all of them are under way when the file is asked for.
            biased;
            _ = second => panic!("a second item"),
            () = assert_a_file_is_answered(&app) => {}
        }
    });
}
