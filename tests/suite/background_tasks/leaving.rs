//! A client that leaves while the handler works.

use lesson_tests::{TestServer, expect, fastapi, own_server_only, rust};

use super::shutdown::start_program;

/// Ticks of its own: the client must be gone before the handler is done.
const LONG_TICK: [(&str, &str); 1] = [("LESSON_TICK_MS", "50")];

/// The events of a request whose client goes away when the handler has begun.
async fn events_after_leaving(path: &str) -> Vec<String> {
    let server = TestServer::start_with("background-tasks", &LONG_TICK).await;
    tokio::select! {
        // The end of this block drops the request, which closes its connection.
        _ = server.get(path) => panic!("it was answered"),
        _ = server.events_with("handler begun") => {}
    }
    // The dependency is closed after the tasks, whether they have run or not.
    server.events_with("dependency closed").await
}

#[tokio::test]
async fn bg_37_when_the_client_leaves_the_requests_tasks_are_lost() {
    let events = events_after_leaving("/leaving/dropped").await;
    let expected = expect(
        rust(vec!["handler begun", "dependency closed"]),
        fastapi(vec!["handler begun", "handler finished", "task done", "dependency closed"]),
    );
    assert_eq!(events, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn bg_37_the_log_says_how_many_tasks_were_lost() {
    own_server_only!("reads the log of the real program");
    let program = start_program(50, &[]).await;
    tokio::select! {
        answer = program.get("/leaving/dropped") => panic!("it was answered: {}", answer.status),
        () = async {
            while !program.get("/_events").await.text().await.contains("handler begun") {}
        } => {}
    }
    program.log_line(expect(
        rust(
            "WARN request{method=GET path=/leaving/dropped}: background tasks that never started dropped=1",
        ),
        fastapi("task done"),
    ));
}

#[tokio::test]
async fn bg_37_a_handler_that_runs_to_its_end_loses_no_task() {
    let events = events_after_leaving("/leaving/to-the-end").await;
    let all = ["handler begun", "handler finished", "task done", "dependency closed"];
    assert_eq!(events, all);
}
