//! What the log says where the client learns nothing: the real program's, and uvicorn's.

use std::time::Duration;

use lesson_tests::{Binary, fastapi_only, program, rust_only};

/// The log of the real program up to the line with `last`, after one request.
async fn log_of(path: &str, last: &str) -> String {
    let server = Binary::start("dependencies", &["--tick-ms", "1"], &[]);
    server.get(path).await.text().await;
    let line = server.log_line(last);
    server.signal("TERM");
    line + &server.wait().stderr
}

/// Waits for a line of uvicorn's log after one request.
async fn uvicorn_says(path: &str, line: &str) {
    let server = program::start("dependencies", Duration::from_millis(1), &[]).await;
    server.get(path).await.text().await;
    let line = line.to_owned();
    tokio::task::spawn_blocking(move || server.log_line(&line)).await.expect("the line");
}

const SWALLOWED: &str = "a teardown swallowed the error, so there is no response";

#[tokio::test]
async fn de_33_the_log_doesnt_name_a_swallowed_error() {
    rust_only!("reads the log of the real program");
    let log = log_of("/yield-internal-swallowed/items", "ERROR").await;
    assert!(log.contains(SWALLOWED), "{log}");
    assert!(!log.contains("Internal Error"), "{log}");
}

#[tokio::test]
async fn de_33_fastapi_logs_only_that_there_is_no_response() {
    fastapi_only!("reads the log of uvicorn");
    uvicorn_says("/yield-internal-swallowed/items", "FastAPIError: Response not awaited.").await;
}

#[tokio::test]
async fn de_34_the_log_names_a_reraised_error() {
    rust_only!("reads the log of the real program");
    let log = log_of("/yield-internal-reraised/items", "ERROR").await;
    assert!(log.contains("error=\"Internal Error\""), "{log}");
    assert!(!log.contains("swallowed"), "{log}");
}

#[tokio::test]
async fn de_34_fastapis_log_names_it_too() {
    fastapi_only!("reads the log of uvicorn");
    uvicorn_says("/yield-internal-reraised/items", "InternalError: Internal Error").await;
}

#[tokio::test]
async fn de_25_an_answer_isnt_logged_as_an_error() {
    rust_only!("reads the log of the real program");
    let log = log_of("/yield-catch-answer/items", "finished status=500").await;
    assert!(!log.contains("ERROR"), "{log}");
}

#[tokio::test]
async fn de_29_the_log_says_that_an_error_was_swallowed() {
    rust_only!("reads the log of the real program");
    let log = log_of("/yield-http-swallowed/items", "ERROR").await;
    assert!(log.contains(SWALLOWED), "{log}");
}

#[tokio::test]
async fn de_29_fastapi_logs_it_too() {
    fastapi_only!("reads the log of uvicorn");
    uvicorn_says("/yield-http-swallowed/items", "FastAPIError: Response not awaited.").await;
}

#[tokio::test]
async fn de_30_the_log_has_the_handlers_error() {
    rust_only!("reads the log of the real program");
    let log = log_of("/yield-error-no-try/items", "ERROR").await;
    assert!(log.contains("error=\"the handler is broken\""), "{log}");
}

#[tokio::test]
async fn de_37_a_late_refusal_is_logged() {
    rust_only!("reads the log of the real program");
    let log = log_of("/one-response/refuse-after", "ERROR").await;
    let line = r#"too late to answer status=418 I'm a teapot detail="after the yield""#;
    assert!(log.contains(line), "{log}");
    let log = log_of("/one-response/crash-after", "ERROR").await;
    assert!(log.contains("failed after the response error=\"crashed after the yield\""), "{log}");
}

#[tokio::test]
async fn de_37_fastapi_logs_a_late_refusal_too() {
    fastapi_only!("reads the log of uvicorn");
    let line = "RuntimeError: Caught handled exception, but response already started.";
    uvicorn_says("/one-response/refuse-after", line).await;
}

#[tokio::test]
async fn de_20_fastapi_logs_a_second_yield() {
    fastapi_only!("reads the log of uvicorn");
    uvicorn_says("/one-response/yields-twice", "RuntimeError: generator didn't stop").await;
}

#[tokio::test]
async fn de_56_a_failing_teardown_is_logged() {
    rust_only!("reads the log of the real program");
    let log = log_of("/yield-chain/teardown-fails", "ERROR").await;
    assert!(log.contains("failed after the response error=\"cannot close"), "{log}");
}
