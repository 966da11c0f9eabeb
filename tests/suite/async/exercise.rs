//! The solution of the first exercise.

use std::time::Duration;

use lesson_tests::server::{client, send};
use lesson_tests::{Binary, rust_only};
use tokio::time::sleep;

#[tokio::test(flavor = "multi_thread")]
async fn as_25_a_slot_is_free_again_when_the_thread_is_done() {
    rust_only!("starts the solution");
    let server = Binary::start_example_with("reports", &["--tick-ms", "100"], &[]);
    let url = format!("{}/report", server.base_url());
    let ask = || send(client().get(&url), Duration::from_secs(1));
    for _ in 0..2 {
        let request = tokio::spawn(ask());
        server.log_line("event: report begun");
        // The client leaves, and its thread goes on.
        request.abort();
    }
    let report = loop {
        let answer = ask().await;
        if answer.status == 200 {
            break answer;
        }
        assert_eq!(answer.status, 503);
        assert_eq!(answer.text().await, r#"{"detail":"Service Unavailable"}"#);
        // Other tests need the cores, too.
        sleep(Duration::from_millis(10)).await;
    };
    assert_eq!(report.text().await, "a report");
    let events = server.get("/_events").await.text().await;
    let events: Vec<String> = serde_json::from_str(&events).expect("a list of events");
    assert_eq!(events[..2], ["report begun", "report begun"]);
    assert_eq!(events[2], "report done", "a third one without a slot: {events:?}");
}
