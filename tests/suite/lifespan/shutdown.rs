//! Signals, exit codes, the order of the clean-up, and requests in flight.

use lesson_tests::process::Ended;
use lesson_tests::server::client;
use lesson_tests::{Binary, expect, fastapi, own_server_only, rust, rust_only, rust_program_only};

use super::real::{assert_code, events, start_program};
use super::{STARTED, STOPPED, of_target};

#[tokio::test]
async fn ls_02_the_clean_up_runs_once_in_reverse_order() {
    own_server_only!("signals the real program");
    let program = start_program(10, &[]).await;
    assert_eq!(program.get("/ping").await.status, 200);
    program.signal("INT");
    let ended = program.wait();
    assert_code(&ended, Some(0));
    let log = events(&ended.stderr);
    let stop = log.iter().position(|event| *event == "told to stop").expect("a signal");
    assert_eq!(log[stop + 1..], of_target(&STOPPED), "the events after Ctrl-C");
}

#[tokio::test]
async fn ls_02_sigterm_stops_it_like_ctrl_c() {
    own_server_only!("signals the real program");
    let program = start_program(10, &[]).await;
    program.signal("TERM");
    let ended = program.wait();
    // uvicorn has no exit code: it cleans up, and then sends itself the signal again.
    assert_code(&ended, expect(rust(Some(0)), fastapi(None)));
    let (log, stopped) = (events(&ended.stderr), of_target(&STOPPED));
    assert_eq!(log[log.len() - stopped.len()..], stopped, "the last events");
}

#[tokio::test]
async fn ls_02_ctrl_c_ends_it_with_exit_code_0() {
    rust_program_only!("signals the real program");
    let program = start_program(10, &[]).await;
    program.signal("INT");
    assert_code(&program.wait(), Some(0));
}

#[tokio::test]
async fn ls_02_sigterm_ends_it_with_exit_code_0() {
    rust_program_only!("signals the real program");
    let program = start_program(10, &[]).await;
    program.signal("TERM");
    assert_code(&program.wait(), Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn ls_17_a_request_in_flight_gets_its_whole_answer() {
    rust_program_only!("signals the real program");
    for signal in ["INT", "TERM"] {
        let program = start_program(40, &[]).await;
        let request = tokio::spawn(client().get(program.url("/model/slow-predict?x=-2")).send());
        program.log_line("slow prediction begins");
        program.signal(signal);
        let answer = request.await.expect("no panic");
        assert!(answer.is_ok(), "a request that had begun before SIG{signal} got no answer");
        let body = answer.expect("an answer").text().await.expect("the whole answer");
        assert_eq!(body, r#"{"result":-84.0}"#);
        let ended = program.wait();
        assert_code(&ended, Some(0));
        let log = events(&ended.stderr);
        assert!(log.starts_with(&["told to stop", "slow prediction done"]), "{log:?}");
    }
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
    assert_code(&ended, Some(0));
    let order = [
        "told to stop",
        "slow prediction done",
        "connection closed",
        "model cleared",
        "shutdown noted",
    ];
    assert_eq!(events(&ended.stderr), of_target(&order), "the events after Ctrl-C");
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

#[tokio::test(flavor = "multi_thread")]
async fn ls_24_a_request_is_cut_off_after_the_grace_period_and_the_clean_up_runs() {
    rust_program_only!("signals the real program");
    // The prediction takes a second and a half.
    let program = start_program(300, &[("LESSON_GRACE_MS", "100")]).await;
    let request = tokio::spawn(client().get(program.url("/model/slow-predict?x=2")).send());
    program.log_line("slow prediction begins");
    program.signal("TERM");
    let is_cut_off = request.await.expect("no panic").is_err();
    assert!(
        is_cut_off,
        "a request that takes longer than LESSON_GRACE_MS after SIGTERM got an answer"
    );
    let ended = program.wait();
    assert_code(&ended, Some(0));
    let order = [&["told to stop"][..], &STOPPED].concat();
    assert_eq!(events(&ended.stderr), of_target(&order), "the events after SIGTERM");
}

#[tokio::test(flavor = "multi_thread")]
async fn ls_24_the_grace_period_is_not_used_up_if_everything_ends() {
    rust_program_only!("signals the real program");
    let program = start_program(40, &[("LESSON_GRACE_MS", "60000")]).await;
    let answer = tokio::spawn(program.get("/model/slow-predict?x=2"));
    program.log_line("slow prediction begins");
    program.signal("TERM");
    assert_eq!(answer.await.expect("an answer within the grace period").status, 200);
    let ended = program.wait();
    assert_code(&ended, Some(0));
    let order = [&["told to stop", "slow prediction done"][..], &STOPPED].concat();
    assert_eq!(events(&ended.stderr), of_target(&order), "the events after SIGTERM");
}

/// The program, told to stop while it loads the model.
fn stopped_early() -> Ended {
    let program = Binary::start_early("lifespan", &[], &[("LESSON_TICK_MS", "300")]);
    program.signal("TERM");
    program.wait()
}

#[test]
fn ls_25_a_signal_during_the_start_up_is_not_lost() {
    rust_program_only!("stops the program before it has started");
    let ended = stopped_early();
    assert_code(&ended, Some(0));
    let log = events(&ended.stderr);
    let loaded = log.iter().position(|event| *event == "model loaded").expect("a start-up");
    let told = log.iter().position(|event| *event == "told to stop").expect("a signal");
    assert!(
        loaded < told,
        "it's told to stop before the model is loaded, and sees it after: {log:?}"
    );
}

#[test]
fn ls_25_a_start_up_that_is_told_to_stop_finishes_and_cleans_up() {
    rust_program_only!("stops the program before it has started");
    let ended = stopped_early();
    assert_code(&ended, Some(0));
    let order = [&STARTED[..], &["told to stop"], &STOPPED].concat();
    assert_eq!(events(&ended.stderr), of_target(&order), "the events");
}
