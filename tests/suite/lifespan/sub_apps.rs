//! Sub-applications with a lifespan of their own, and the exercise.

use std::time::Duration;

use lesson_lifespan::sub_app::SubApp;
use lesson_tests::{Binary, expect, fastapi, own_server_only, paused, rust, rust_only};

use super::real::start_program;
use super::{STARTED, start};

#[tokio::test]
async fn ls_15_the_lifespans_of_sections_nest_in_their_order() {
    own_server_only!("needs a log from the start");
    let server = start().await;
    assert_eq!(server.events().await, STARTED);
}

#[tokio::test]
async fn ls_15_a_mounted_application_cannot_lack_its_resources() {
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
    // uvicorn's log before it was ready has been read already.
    let said = expect(rust(vec![": open", ": closed"]), fastapi(vec![" mounted-entered: closed"]));
    assert_eq!(of_sub_apps, said);
}

#[tokio::test]
async fn ls_18_an_application_whose_lifespan_is_entered_has_its_resources() {
    let server = start().await;
    let answer = server.get("/mounted-entered/predict?x=2").await;
    assert_eq!((answer.status, answer.text().await.as_str()), (200, r#"{"result":84.0}"#));
    let answer = server.get("/mounted-entered/predict").await;
    assert_eq!(answer.status, 422);
}

#[tokio::test]
async fn ls_18_only_one_that_was_started_has_a_router() {
    rust_only!("starts the application by itself");
    let router = SubApp::start().router();
    let answer = paused::get(&router, "/predict?x=3").await;
    assert_eq!((answer.status, answer.text().await.as_str()), (200, r#"{"result":126.0}"#));
}

#[tokio::test]
async fn the_exercise_counts_on_from_where_it_stopped() {
    rust_only!("starts the exercise's own program");
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("visits.txt");
    let file = path.to_str().expect("a path in UTF-8");
    for visits in [["1", "2"], ["3", "4"]] {
        let server = Binary::start_example_with("visits", &[], &[("LESSON_VISITS", file)]);
        for visit in visits {
            let request =
                lesson_tests::server::client().post(format!("{}/visit", server.base_url()));
            let answer = lesson_tests::server::send(request, Duration::from_secs(1)).await;
            assert_eq!(answer.text().await, visit);
        }
        server.signal("TERM");
        assert_eq!(server.wait().code, Some(0));
    }
    std::fs::write(&path, "many").expect("a file");
    let ended = lesson_tests::binary::run_example_with(
        "visits",
        &["--port", "0"],
        &[("LESSON_VISITS", file)],
    );
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(1), ""));
    assert_eq!(ended.stderr, format!("Error: {file}: invalid digit found in string\n"));
}
