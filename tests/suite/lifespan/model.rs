//! The model, which is loaded once, and the predictions that share it.

use std::sync::Arc;

use futures_util::future::join_all;
use lesson_lifespan::model::Model;
use lesson_tests::{Binary, TestServer, expect, fastapi, own_server_only, rust, rust_only};

use super::real::events;
use super::{STARTED, STOPPED, start, startup};

const INTERNAL: &str = "Internal Server Error";

async fn get(server: &TestServer, path: &str) -> (u16, String) {
    let answer = server.get(path).await;
    (answer.status, answer.text().await)
}

fn faulty(kind: &str, message: &str, input: &str) -> String {
    format!(
        r#"{{"detail":[{{"type":"{kind}","loc":["query","x"],"msg":"{message}","input":{input}}}]}}"#
    )
}

#[tokio::test]
async fn ls_01_the_start_up_runs_once_before_the_first_request() {
    own_server_only!("needs a log from the start");
    let server = start().await;
    assert_eq!(server.events().await, STARTED);
    server.get("/model/predict?x=2").await.text().await;
    assert_eq!(server.events().await, STARTED);
}

#[tokio::test]
async fn ls_01_the_model_is_loaded_once_before_the_first_request() {
    own_server_only!("needs a log from the start");
    let server = start().await;
    for requests in ["no request", "a request"] {
        let events = server.events().await;
        let loaded = events.iter().filter(|event| *event == "model loaded").count();
        assert_eq!(loaded, 1, "how often \"model loaded\" is in /_events, after {requests}");
        server.get("/model/predict?x=2").await.text().await;
    }
}

#[tokio::test]
async fn ls_03_all_requests_share_one_model() {
    own_server_only!("needs a log from the start");
    let server = start().await;
    for x in 0..12 {
        let (status, body) = get(&server, &format!("/model/predict?x={x}")).await;
        assert_eq!((status, body), (200, format!(r#"{{"result":{}.0}}"#, 42 * x)));
    }
    assert_eq!(server.events().await, STARTED);
}

#[tokio::test]
async fn ls_04_predict_answers_42_times_x() {
    let server = start().await;
    for (x, result) in [
        ("2", "84.0"),
        ("2.5", "105.0"),
        ("-1", "-42.0"),
        ("1e2", "4200.0"),
        ("0", "0.0"),
        ("-0", "-0.0"),
        (".5", "21.0"),
        ("1e16", "4.2e+17"),
    ] {
        let answer = server.get(&format!("/model/predict?x={x}")).await;
        assert_eq!(
            (answer.status, answer.content_type()),
            (200, Some("application/json")),
            "?x={x}"
        );
        assert_eq!(answer.text().await, format!(r#"{{"result":{result}}}"#), "?x={x}");
    }
}

#[tokio::test]
async fn ls_04_small_exponents_have_one_digit() {
    let server = start().await;
    let (_, body) = get(&server, "/model/predict?x=1e-9").await;
    let result = expect(rust("4.2000000000000006e-8"), fastapi("4.2000000000000006e-08"));
    assert_eq!(body, format!(r#"{{"result":{result}}}"#));
}

#[tokio::test]
async fn ls_05_x_is_a_required_number() {
    let server = start().await;
    let missing = faulty("missing", "Field required", "null");
    for path in ["predict", "slow-predict", "predict?y=2"] {
        let (status, body) = get(&server, &format!("/model/{path}")).await;
        assert_eq!((status, body), (422, missing.clone()), "{path}");
    }
    let message = "Input should be a valid number, unable to parse string as a number";
    for x in ["abc", "", "1,5", "0x10", "1e", "2 3", "--1", "true", "_1", "1__0", "1_"] {
        let (status, body) = get(&server, &format!("/model/predict?x={x}")).await;
        let input = format!(r#""{x}""#);
        assert_eq!((status, body), (422, faulty("float_parsing", message, &input)), "{x:?}");
    }
}

#[tokio::test]
async fn ls_06_infinity_and_nan_are_refused() {
    let server = start().await;
    for x in ["inf", "-inf", "infinity", "nan", "NaN", "1e400", "-1e400"] {
        let (status, body) = get(&server, &format!("/model/predict?x={x}")).await;
        let input = format!(r#""{x}""#);
        let refused = faulty("finite_number", "Input should be a finite number", &input);
        assert_eq!(status, expect(rust(422), fastapi(500)), "{x}");
        assert_eq!(body, expect(rust(refused), fastapi(INTERNAL.to_owned())), "{x}");
    }
}

#[tokio::test]
async fn ls_06_an_infinite_result_is_refused() {
    let server = start().await;
    let (status, body) = get(&server, "/model/predict?x=1e307").await;
    assert_eq!(status, expect(rust(422), fastapi(500)));
    let refused = r#"{"detail":"the result is too large for a number"}"#;
    assert_eq!(body, expect(rust(refused), fastapi(INTERNAL)));
    // In FastAPI this handler declares its return type.
    let (status, body) = get(&server, "/model/slow-predict?x=1e307").await;
    assert_eq!(status, expect(rust(422), fastapi(200)));
    assert_eq!(body, expect(rust(refused), fastapi(r#"{"result":null}"#)));
}

#[tokio::test]
async fn ls_06_the_last_value_counts_and_blanks_and_underscores_are_allowed() {
    let server = start().await;
    for (query, result) in [
        ("x=1&x=2", "84.0"),
        ("x=abc&x=2", "84.0"),
        ("x=%202", "84.0"),
        ("x=2%20", "84.0"),
        ("x=+2", "84.0"),
        ("x=%2B2", "84.0"),
        ("x=1_0", "420.0"),
        ("x=1_0.5", "441.0"),
        ("x=2&y=abc", "84.0"),
    ] {
        let (status, body) = get(&server, &format!("/model/predict?{query}")).await;
        assert_eq!((status, body), (200, format!(r#"{{"result":{result}}}"#)), "{query}");
    }
}

#[tokio::test]
async fn ls_07_code_before_serve_is_start_up_and_code_after_it_is_shutdown() {
    rust_only!("signals the real program");
    let program = Binary::start("lifespan", &["--tick-ms", "1"], &[]);
    program.signal("INT");
    let ended = program.wait();
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert_eq!(events(&ended.stderr), [&STARTED[..], &["told to stop"], &STOPPED].concat());
}

#[tokio::test]
async fn ls_08_nothing_has_to_be_registered() {
    own_server_only!("needs a log from the start");
    let server = start().await;
    let events = server.get("/_events").await.text().await;
    assert_eq!(events, r#"["items filled","model loaded","connection opened"]"#);
}

#[tokio::test]
async fn ls_19_predictions_do_not_wait_for_each_other() {
    let server = start().await;
    let one = server.get("/model/slow-predict?x=1").await.head_at;
    assert!(one > 4.9, "{one} ticks");
    assert_eq!(server.events().await.last().map(String::as_str), Some("slow prediction done"));
    let dozen = (0..12).map(|x| {
        let path = format!("/model/slow-predict?x={x}");
        let server = &server;
        async move { server.get(&path).await }
    });
    for answer in join_all(dozen).await {
        assert_eq!(answer.status, 200);
        // One after the other, they'd take 60 ticks.
        assert!(answer.head_at < 25.0, "{} ticks", answer.head_at);
    }
}

#[tokio::test]
async fn ls_20_a_client_that_comes_too_early_waits_for_the_start_up() {
    rust_only!("knows the port before the start-up");
    let program = Binary::start_early("lifespan", &["--tick-ms", "300"], &[]);
    let answer = program.get("/_events").await;
    let loaded = r#"["items filled","model loaded","connection opened"]"#;
    assert_eq!((answer.status, answer.text().await.as_str()), (200, loaded));
}

#[tokio::test]
async fn ls_09_the_model_is_freed_with_its_last_owner() {
    rust_only!("looks at the model's memory");
    let startup = startup();
    let model = Arc::new(Model::load(&startup).await.expect("a model"));
    let of_a_request = Arc::clone(&model);
    drop(model);
    assert_eq!(startup.events.lines(), ["model loaded"]);
    drop(of_a_request);
    assert_eq!(startup.events.lines(), ["model loaded", "model cleared"]);
}
