//! Signals, exit codes, the order of the clean-up, and requests in flight.

use lesson_tests::server::client;
use lesson_tests::{Binary, expect, fastapi, own_server_only, rust, rust_only};

use super::real::{events, start_program};
use super::{STARTED, STOPPED};

#[tokio::test]
async fn ls_02_the_clean_up_runs_once_in_reverse_order() {
    own_server_only!("signals the real program");
    let program = start_program(10, &[]).await;
    assert_eq!(program.get("/ping").await.status, 200);
    program.signal("INT");
    let ended = program.wait();
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let log = events(&ended.stderr);
    let stop = log.iter().position(|event| *event == "told to stop").expect("a signal");
    assert_eq!(log[stop + 1..], STOPPED);
}

#[tokio::test]
async fn ls_02_sigterm_stops_it_like_ctrl_c() {
    own_server_only!("signals the real program");
    let program = start_program(10, &[]).await;
    program.signal("TERM");
    let ended = program.wait();
    // uvicorn has no exit code: it cleans up, and then sends itself the signal again.
    assert_eq!(ended.code, expect(rust(Some(0)), fastapi(None)), "{}", ended.stderr);
    let log = events(&ended.stderr);
    assert_eq!(log[log.len() - 3..], STOPPED);
}

#[tokio::test(flavor = "multi_thread")]
async fn ls_17_a_request_in_flight_is_finished_first() {
    own_server_only!("signals the real program");
    let program = start_program(100, &[]).await;
    let answer = tokio::spawn(program.get("/model/slow-predict?x=2"));
    program.log_line("slow prediction begins");
    program.signal("INT");
    let answer = answer.await.expect("an answer");
    assert_eq!((answer.status, answer.text().await.as_str()), (200, r#"{"result":84.0}"#));
    let ended = program.wait();
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let order = [
        "told to stop",
        "slow prediction done",
        "connection closed",
        "model cleared",
        "shutdown noted",
    ];
    assert_eq!(events(&ended.stderr), order);
}

#[tokio::test(flavor = "multi_thread")]
async fn ls_09_the_model_is_cleared_after_the_last_answer() {
    own_server_only!("signals the real program");
    let program = start_program(100, &[]).await;
    let answers: Vec<_> =
        [1, 2, 3].map(|x| tokio::spawn(program.get(&format!("/model/slow-predict?x={x}")))).into();
    for _ in 0..3 {
        program.log_line("slow prediction begins");
    }
    program.signal("TERM");
    for answer in answers {
        assert_eq!(answer.await.expect("an answer").status, 200);
    }
    let ended = program.wait();
    let log = events(&ended.stderr);
    let cleared = log.iter().position(|event| *event == "model cleared").expect("a clean-up");
    let done = log.iter().rposition(|event| *event == "slow prediction done");
    assert!(done.is_some_and(|done| done < cleared), "{log:?}");
    assert_eq!(log.iter().filter(|event| **event == "slow prediction done").count(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn ls_24_a_request_that_takes_too_long_is_cut_off_and_the_clean_up_still_runs() {
    rust_only!("signals the real program");
    // The prediction takes three seconds, the grace period a moment.
    let program = start_program(600, &[("LESSON_GRACE_MS", "100")]).await;
    let request = tokio::spawn(client().get(program.url("/model/slow-predict?x=2")).send());
    program.log_line("slow prediction begins");
    program.signal("TERM");
    assert!(request.await.expect("no panic").is_err(), "an answer");
    let ended = program.wait();
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let cut = "cut after the grace period connections=1 tasks=0\n";
    assert!(ended.stderr.contains(cut), "{}", ended.stderr);
    assert_eq!(events(&ended.stderr), [&["told to stop"][..], &STOPPED].concat());
}

#[tokio::test]
async fn ls_25_a_start_up_that_is_told_to_stop_finishes_and_cleans_up() {
    rust_only!("stops the lesson before it has started");
    let program = Binary::start_early("lifespan", &["--tick-ms", "300"], &[]);
    program.signal("TERM");
    let ended = program.wait();
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let log = events(&ended.stderr);
    assert_eq!(log, [&STARTED[..], &["told to stop"], &STOPPED].concat());
}
