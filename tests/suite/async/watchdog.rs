//! Finding a blocked worker.

use futures_util::future::join_all;
use lesson_tests::{TestServer, rust_only};
use serde_json::Value;

use super::{answered, start};

#[tokio::test]
async fn as_22_the_watchdog_reports_a_worker_while_its_blocked() {
    // Even on a busy machine, the watchdog must get to look twice within the ten ticks, with
    // five of them in between.
    let server = TestServer::start_with("async", &[("LESSON_TICK_MS", "100")]).await;
    wait_for_both(&server).await;
    assert_eq!(server.events().await, [""; 0]);
    answered(server.get("/blocking/async-blocking").await).await;
    let events = server.events_with("worker 0 pauses again").await;
    assert_eq!(events, ["worker 0 has not paused for 5 ticks", "worker 0 pauses again"]);
}

#[tokio::test]
async fn as_23_a_blocked_worker_counts_as_busy_and_a_waiting_one_doesnt() {
    rust_only!("reads tokio's metrics");
    let server = start().await;
    let at_start = busy_ticks(&server).await;
    wait_for_both(&server).await;
    let waited = busy_ticks(&server).await - at_start;
    assert!(waited < 9.0, "waiting kept the worker busy for {waited} ticks");
    answered(server.get("/blocking/async-blocking").await).await;
    let blocked = busy_ticks(&server).await - at_start - waited;
    assert!(blocked > 9.0, "blocking kept the worker busy for {blocked} ticks");
}

/// Sends a request that awaits, and one that blocks a thread of the pool.
async fn wait_for_both(server: &TestServer) {
    let paths = ["/both/async", "/both/sync"];
    join_all(paths.map(async |path| answered(server.get(path).await).await)).await;
}

/// How many ticks the only worker has been busy.
async fn busy_ticks(server: &TestServer) -> f64 {
    let text = server.get("/watch/metrics").await.text().await;
    let metrics: Value = serde_json::from_str(&text).expect("metrics in JSON");
    assert_eq!(metrics["workers"], 1);
    assert_eq!(metrics["busy_ms"].as_array().map(Vec::len), Some(1));
    assert_eq!(metrics["parks"].as_array().map(Vec::len), Some(1));
    assert!(metrics["alive_tasks"].as_u64() >= Some(1), "{metrics}");
    let busy = metrics["busy_ms"][0].as_f64().expect("milliseconds");
    busy / server.tick().as_millis() as f64
}
