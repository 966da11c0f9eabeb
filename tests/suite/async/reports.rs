//! Reports, of which no more than two are written at a time.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use lesson_tests::{Answer, Target, TestServer};
use tokio::time::sleep;

const PATH: &str = "/bounded/report";

#[tokio::test]
async fn as_25_a_third_report_is_refused_at_once() {
    // Two reports take long enough for a third request, even on a busy machine.
    let server = TestServer::start_with("async", &[("LESSON_TICK_MS", "200")]).await;
    let two = (0..2).map(async |_| assert_eq!(server.get(PATH).await.status, 200));
    let third = async {
        begun(&server, 2).await;
        server.get(PATH).await
    };
    let third = tokio::select! {
        _ = join_all(two) => panic!("a third request was not refused while two reports were written"),
        answer = third => answer,
    };
    assert_refused(third).await;
}

#[tokio::test]
async fn as_25_a_slot_is_free_again_when_the_thread_is_done() {
    let server = TestServer::start_with("async", &[("LESSON_TICK_MS", "100")]).await;
    for count in 1..=2 {
        tokio::select! {
            answer = server.get(PATH) => {
                assert_eq!(answer.status, 200);
                panic!("the client had its report before it could leave");
            }
            // The end of this block drops the request, which closes its connection.
            () = begun(&server, count) => {}
        }
    }
    let report = next_report(&server).await;
    assert_eq!(report.text().await, r#""a report""#);
    let events = events(&server).await;
    assert_eq!(events[..2], ["report begun", "report begun"]);
    assert_eq!(events[2], "report done", "two clients had left, and a third report was begun");
}

/// Asks until a slot is free.
async fn next_report(server: &TestServer) -> Answer {
    let patience = patience().max(server.tick() * 30);
    let started = Instant::now();
    loop {
        let answer = server.get(PATH).await;
        if answer.status == 200 {
            return answer;
        }
        assert_refused(answer).await;
        assert!(started.elapsed() < patience, "two clients had left, and no slot was free again");
        sleep(server.tick() / 10).await;
    }
}

async fn assert_refused(answer: Answer) {
    assert_eq!(answer.status, 503);
    assert_eq!(answer.content_type(), Some("application/json"));
    assert_eq!(answer.text().await, r#"{"detail":"Service Unavailable"}"#);
}

/// Waits until this many reports have been begun.
async fn begun(server: &TestServer, count: usize) {
    let started = Instant::now();
    loop {
        let events = events(server).await;
        if events.iter().filter(|event| *event == "report begun").count() >= count {
            return;
        }
        assert!(started.elapsed() < patience(), "no {count} times \"report begun\" in {events:?}");
        sleep(server.tick() / 10).await;
    }
}

/// The events without those of the watchdog, which may find a busy machine's worker blocked.
async fn events(server: &TestServer) -> Vec<String> {
    let mut events = server.events().await;
    events.retain(|event| event.starts_with("report "));
    events
}

fn patience() -> Duration {
    Target::current().patience(Duration::from_secs(10))
}
