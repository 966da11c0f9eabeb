//! A step of the start-up or of the clean-up fails.

use std::time::Duration;

use lesson_lifespan::connection::Connection;
use lesson_lifespan::first_error::first_error;
use lesson_lifespan::model::Model;
use lesson_support::Result;
use lesson_tests::{
    Binary, Target, expect, fastapi, own_server_only, program, rust, rust_only, rust_program_only,
};
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::real::{assert_code, events, start_program};
use super::{of_target, startup};

#[test]
fn ls_14_a_failing_start_up_serves_nothing_and_cleans_up() {
    own_server_only!("needs a process that does not start");
    let ended = program::run("lifespan", &[("LESSON_FAIL", "connection")]);
    assert_code(&ended, Some(expect(rust(1), fastapi(3))));
    assert_eq!(ended.stdout, "", "standard output");
    assert!(!ended.stderr.contains("running on"), "{}", ended.stderr);
    let seen = expect(
        rust(vec!["items filled", "model loaded", "model cleared", "shutdown noted"]),
        fastapi(vec!["items filled", "model loaded", "shutdown noted"]),
    );
    assert_eq!(events(&ended.stderr), of_target(&seen), "the events");
    let last = ended.stderr.lines().last().unwrap_or_default();
    let sentence = expect(
        rust("Error: cannot open the connection: LESSON_FAIL is connection"),
        fastapi("ERROR:    Application startup failed. Exiting."),
    );
    assert_eq!(last, sentence, "the last line on standard error");
    let traceback = ended.stderr.contains("Traceback (most recent call last):");
    assert_eq!(traceback, expect(rust(false), fastapi(true)));
}

#[test]
fn ls_14_the_first_step_can_fail_too() {
    own_server_only!("needs a process that does not start");
    let ended = program::run("lifespan", &[("LESSON_FAIL", "model")]);
    assert_code(&ended, Some(expect(rust(1), fastapi(3))));
    assert_eq!(ended.stdout, "", "standard output");
    assert_eq!(events(&ended.stderr), of_target(&["items filled", "shutdown noted"]), "the events");
}

#[tokio::test]
async fn ls_14_nobody_is_answered_if_the_start_up_fails() {
    rust_program_only!("knows the port before the start-up");
    let variables = [("LESSON_TICK_MS", "300"), ("LESSON_FAIL", "model")];
    let program = Binary::start_early("lifespan", &[], &variables);
    let address = program.address();
    let mut early = TcpStream::connect(address).await.expect("a connection");
    // The connection ends without an answer.
    let mut answer = Vec::new();
    let patience = Target::current().patience(Duration::from_secs(30));
    let read = timeout(patience, early.read_to_end(&mut answer)).await;
    let read = read.expect("the end of the connection: the start-up has failed");
    assert!(read.is_err() || answer.is_empty(), "{answer:?}");
    let ended = program.wait();
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(1), ""), "it said that it's ready");
    let last = ended.stderr.lines().last().unwrap_or_default();
    let sentence = "Error: cannot load the model: LESSON_FAIL is model";
    assert_eq!(last, sentence, "the last line on standard error");
}

#[test]
fn ls_14_an_unknown_step_is_refused() {
    rust_only!("runs the real program");
    let ended = program::run("lifespan", &[("LESSON_FAIL", "modle")]);
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(1), ""));
    let sentence = "Error: LESSON_FAIL must be one of model, connection, close, not \"modle\"\n";
    assert_eq!(ended.stderr, sentence);
}

#[tokio::test]
async fn ls_21_a_clean_up_that_fails_does_not_stop_the_others() {
    own_server_only!("needs a process that ends");
    let program = start_program(10, &[("LESSON_FAIL", "close")]).await;
    assert_eq!(program.get("/ping").await.status, 200);
    program.signal("INT");
    let ended = program.wait();
    assert_code(&ended, Some(expect(rust(1), fastapi(0))));
    let log = events(&ended.stderr);
    let stop = log.iter().position(|event| *event == "told to stop").expect("a signal");
    let after =
        expect(rust(vec!["model cleared", "shutdown noted"]), fastapi(vec!["shutdown noted"]));
    assert_eq!(log[stop + 1..], of_target(&after), "the events after Ctrl-C");
    let sentence = expect(
        rust("Error: cannot close the connection: LESSON_FAIL is close\n"),
        fastapi("ERROR:    Application shutdown failed. Exiting.\n"),
    );
    assert!(ended.stderr.contains(sentence), "no line {sentence:?} in {}", ended.stderr);
}

#[test]
fn ls_22_the_first_error_wins() {
    rust_only!("calls the function that chooses");
    let failed = |sentence: &str| -> Result<()> { Err(sentence.into()) };
    for (served, cleaned_up, wins) in [
        (failed("the listener failed"), failed("cannot close"), Some("the listener failed")),
        (failed("the listener failed"), Ok(()), Some("the listener failed")),
        (Ok(()), failed("cannot close"), Some("cannot close")),
        (Ok(()), Ok(()), None),
    ] {
        let error = first_error(served, cleaned_up).err();
        assert_eq!(error.map(|error| error.to_string()).as_deref(), wins);
    }
}

#[test]
fn ls_22_a_later_error_is_logged() {
    rust_only!("reads the log of the real program");
    let variables = [("LESSON_FAIL", "connection"), ("LESSON_SHUTDOWN_LOG", "/")];
    let ended = program::run("lifespan", &variables);
    assert_eq!(ended.code, Some(1));
    assert!(ended.stderr.contains("ERROR the clean-up failed, too error=/: "), "{}", ended.stderr);
    let last = ended.stderr.lines().last().unwrap_or_default();
    assert_eq!(last, "Error: cannot open the connection: LESSON_FAIL is connection");
}

#[tokio::test]
async fn ls_23_after_a_panic_only_destructors_run() {
    rust_only!("panics in the place of the server");
    let startup = startup();
    let events = startup.events.clone();
    let lifespan = tokio::spawn(async move {
        let _model = Model::load(&startup).await.expect("a model");
        let connection = Connection::open(&startup).await.expect("a connection");
        panic_in_the_place_of_the_server();
        connection.close(&startup).await
    });
    assert!(lifespan.await.is_err_and(|error| error.is_panic()));
    assert_eq!(events.lines(), ["model loaded", "connection opened", "model cleared"]);
}

fn panic_in_the_place_of_the_server() {
    panic!("a bug");
}

#[tokio::test(start_paused = true)]
async fn ls_23_dropping_the_future_runs_only_destructors_too() {
    rust_only!("drops the lifespan");
    let startup = startup();
    let lifespan = async {
        let _model = Model::load(&startup).await?;
        let connection = Connection::open(&startup).await?;
        std::future::pending::<()>().await;
        connection.close(&startup).await
    };
    assert!(timeout(Duration::from_secs(60), lifespan).await.is_err());
    let events = startup.events.lines();
    assert_eq!(events, ["model loaded", "connection opened", "model cleared"]);
}
