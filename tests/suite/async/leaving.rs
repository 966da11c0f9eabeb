//! What becomes of the work when its client goes away.

use futures_util::future::join_all;
use lesson_tests::{TestServer, expect, fastapi, rust};
use tokio::time::sleep;

use super::{answered, start, start_with_long_ticks};

/// The events of a request whose client goes away when the work has begun.
async fn events_after_leaving(path: &str, last: &str) -> Vec<String> {
    let name = path.trim_start_matches("/leaving/");
    // The work must not end before a busy machine has told that it began.
    let server = start_with_long_ticks().await;
    {
        let begun = format!("{name} work begun");
        tokio::select! {
            // The end of this block drops the request, which closes its connection.
            _ = server.get(path) => panic!("it was answered"),
            _ = server.events_with(&begun) => {}
        }
    }
    server.events_with(&format!("{name} work {last}")).await
}

#[tokio::test]
async fn as_19_a_handler_is_dropped_at_its_await_when_the_client_leaves() {
    let last = expect(rust("dropped"), fastapi("finished"));
    let events = events_after_leaving("/leaving/async", last).await;
    assert_eq!(events, ["async work begun".to_owned(), format!("async work {last}")]);
}

#[tokio::test]
async fn as_19_a_task_of_its_own_goes_on_without_the_client() {
    let events = events_after_leaving("/leaving/spawned", "finished").await;
    assert_eq!(events, ["spawned work begun", "spawned work finished"]);
}

#[tokio::test]
async fn as_20_a_blocked_thread_goes_on_without_the_client() {
    let events = events_after_leaving("/leaving/sync", "finished").await;
    assert_eq!(events, ["sync work begun", "sync work finished"]);
}

#[tokio::test]
async fn as_20_it_keeps_its_place_in_the_pool() {
    let server = start().await;
    let requests = (0..40).map(|_| server.get("/leaving/sync"));
    tokio::select! {
        // The end of this block drops all forty.
        _ = join_all(requests) => panic!("they were answered"),
        () = events_in_number(&server, 40) => {}
    }
    let place = server.get("/where/sync").await.text().await;
    assert_eq!(place, r#"{"main_thread":false}"#);
    let events = server.events().await;
    assert!(events.contains(&"sync work finished".to_owned()), "a thread was free: {events:?}");
    // Nothing of this test is left to the next one, if the server is the same.
    events_in_number(&server, 80).await;
}

/// Waits until there are so many events.
async fn events_in_number(server: &TestServer, count: usize) {
    while server.events().await.len() < count {
        sleep(server.tick() / 4).await;
    }
}

#[tokio::test]
async fn as_21_a_thread_that_asks_can_stop() {
    let events = events_after_leaving("/leaving/sync-that-asks", "dropped").await;
    assert_eq!(events, ["sync-that-asks work begun", "sync-that-asks work dropped"]);
}

#[tokio::test]
async fn as_21_with_a_client_that_stays_all_work_is_finished() {
    let server = start().await;
    let names = ["async", "spawned", "sync", "sync-that-asks"];
    join_all(names.map(async |name| {
        answered(server.get(&format!("/leaving/{name}")).await).await;
    }))
    .await;
    let events = server.events().await;
    for name in names {
        assert!(events.contains(&format!("{name} work finished")), "{name} of {events:?}");
    }
    assert_eq!(events.len(), 8, "{events:?}");
}
