//! What becomes of the work when its client leaves.

use futures_util::future::join_all;
use lesson_tests::answer::Clock;
use lesson_tests::{TestServer, expect, fastapi, rust};
use tokio::time::sleep;

use super::{answered, start};

/// A tick with which no work ends before a test gives up waiting for an event.
const ENDLESS: &str = "1000";

const TOO_EARLY: &str = "the client had its answer before it could leave: is the work awaited?";

/// The events of a request whose client leaves as soon as the work has begun.
///
/// `None` if the work was finished before: the machine is too busy for so short a tick.
async fn events_after_leaving(path: &str, tick_ms: &str, last: &str) -> Option<Vec<String>> {
    let name = path.trim_start_matches("/leaving/");
    let server = TestServer::start_with("async", &[("LESSON_TICK_MS", tick_ms)]).await;
    {
        let begun = format!("{name} work begun");
        tokio::select! {
            // The end of this block drops the request, which closes its connection.
            answer = server.get(path) => {
                answered(answer).await;
                return None;
            }
            _ = server.events_with(&begun) => {}
        }
    }
    Some(of_the_work(server.events_with(&format!("{name} work {last}")).await))
}

/// The events without those of the watchdog, which may find a busy machine's worker blocked.
fn of_the_work(mut events: Vec<String>) -> Vec<String> {
    events.retain(|event| event.contains(" work "));
    events
}

/// The events of work that's dropped while it could still go on for as long as the test waits.
async fn events_of_dropped(path: &str) -> Vec<String> {
    events_after_leaving(path, ENDLESS, "dropped").await.expect(TOO_EARLY)
}

/// The events of work that goes on without its client, to the end.
async fn events_of_finished(path: &str) -> Vec<String> {
    for tick_ms in ["50", "200", "800"] {
        if let Some(events) = events_after_leaving(path, tick_ms, "finished").await {
            return events;
        }
    }
    panic!("{TOO_EARLY}");
}

#[tokio::test]
async fn as_19_a_handler_is_dropped_at_its_await_when_the_client_leaves() {
    let last = expect(rust("dropped"), fastapi("finished"));
    let events = match last {
        "dropped" => events_of_dropped("/leaving/async").await,
        _ => events_of_finished("/leaving/async").await,
    };
    assert_eq!(events, ["async work begun".to_owned(), format!("async work {last}")]);
}

#[tokio::test]
async fn as_19_a_spawned_task_goes_on_without_the_client() {
    let events = events_of_finished("/leaving/spawned").await;
    assert_eq!(events, ["spawned work begun", "spawned work finished"]);
}

#[tokio::test]
async fn as_20_a_blocked_thread_goes_on_without_the_client() {
    let events = events_of_finished("/leaving/sync").await;
    assert_eq!(events, ["sync work begun", "sync work finished"]);
}

#[tokio::test]
async fn as_20_a_blocked_thread_stays_taken() {
    let server = start().await;
    let requests = (0..40).map(|_| server.get("/leaving/sync"));
    tokio::select! {
        // The end of this block drops all forty.
        _ = join_all(requests) => panic!("they were answered"),
        () = events_in_number(&server, 40) => {}
    }
    let place = server.get("/where/sync").await.text().await;
    assert_eq!(place, r#"{"main_thread":false}"#);
    let events = of_the_work(server.events().await);
    assert!(events.contains(&"sync work finished".to_owned()), "a thread was free: {events:?}");
    // A server that runs already must have nothing left to do for this test.
    events_in_number(&server, 80).await;
}

/// Waits until the work has left this many events.
async fn events_in_number(server: &TestServer, count: usize) {
    while of_the_work(server.events().await).len() < count {
        sleep(server.tick() / 4).await;
    }
}

#[tokio::test]
async fn as_21_a_thread_that_asks_can_stop() {
    let events = events_of_dropped("/leaving/sync-that-asks").await;
    assert_eq!(events, ["sync-that-asks work begun", "sync-that-asks work dropped"]);
}

#[tokio::test]
async fn as_19_both_are_finished_if_the_client_stays() {
    assert_finished(["async", "spawned"]).await;
}

#[tokio::test]
async fn as_21_all_work_is_finished_if_the_client_stays() {
    assert_finished(["sync", "sync-that-asks"]).await;
}

/// Asserts that work is finished, and not dropped besides.
async fn assert_finished(names: [&str; 2]) {
    let server = start().await;
    join_all(names.map(async |name| {
        let clock = Clock::start(server.tick());
        answered(server.get(&format!("/leaving/{name}")).await).await;
        assert!(clock.ticks() > 9.0, "the work of ten ticks took {:.0}: {name}", clock.ticks());
        let events = of_the_work(server.events().await);
        let finished = format!("{name} work finished");
        assert!(events.contains(&finished), "answered before {finished:?}: {events:?}");
    }))
    .await;
    let events = of_the_work(server.events().await);
    assert_eq!(events.len(), 4, "more than begun and finished: {events:?}");
}
