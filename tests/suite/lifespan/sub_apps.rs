//! Sub-applications that start and stop by themselves.

use lesson_lifespan::sub_app::SubApp;
use lesson_tests::{expect, fastapi, own_server_only, paused, rust, rust_only};

use super::real::start_program;
use super::{STARTED, start};

#[tokio::test]
async fn ls_15_the_parts_start_in_their_order() {
    own_server_only!("needs a log from the start");
    let server = start().await;
    assert_eq!(server.events().await, STARTED);
}

#[tokio::test]
async fn ls_15_a_mounted_application_has_its_resources() {
    let server = start().await;
    let answer = server.get("/mounted/predict?x=2").await;
    assert_eq!(answer.status, expect(rust(200), fastapi(500)));
    let body = expect(rust(r#"{"result":84.0}"#), fastapi("Internal Server Error"));
    assert_eq!(answer.text().await, body);
}

#[tokio::test]
async fn ls_15_a_mounted_application_is_started_and_stopped() {
    own_server_only!("reads the log of the real program");
    let program = start_program(10, &[]).await;
    program.signal("INT");
    let ended = program.wait();
    let lines = ended.stderr.lines().filter_map(|line| line.split_once("sub-app"));
    let of_sub_apps: Vec<&str> = lines.map(|(_, said)| said).collect();
    // What uvicorn logged before it was ready isn't in here.
    let said = expect(rust(vec![": open", ": closed"]), fastapi(vec![" mounted-entered: closed"]));
    assert_eq!(of_sub_apps, said);
}

#[tokio::test]
async fn ls_18_an_application_that_was_started_has_its_resources() {
    let server = start().await;
    let answer = server.get("/mounted-entered/predict?x=2").await;
    assert_eq!((answer.status, answer.text().await.as_str()), (200, r#"{"result":84.0}"#));
    let answer = server.get("/mounted-entered/predict").await;
    assert_eq!(answer.status, 422);
}

#[tokio::test]
async fn ls_18_an_application_that_was_started_makes_its_router() {
    rust_only!("starts the sub-application by itself");
    let router = SubApp::start().router();
    let answer = paused::get(&router, "/predict?x=3").await;
    assert_eq!((answer.status, answer.text().await.as_str()), (200, r#"{"result":126.0}"#));
}
