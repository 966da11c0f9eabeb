//! The older style: a function for the start, one for the end, and what they share.

use std::fs;
use std::sync::Arc;
use std::time::Duration;

use lesson_lifespan::connection::Connection;
use lesson_lifespan::model::Model;
use lesson_lifespan::on_event::{self, Items};
use lesson_lifespan::{AppState, on_event::on_startup};
use lesson_tests::{expect, fastapi, own_server_only, paused, rust, rust_only};

use super::real::{events, start_program};
use super::{STARTED, start, startup};

#[tokio::test]
async fn ls_10_the_start_up_function_fills_the_items() {
    let server = start().await;
    for (id, body) in [("foo", r#"{"name":"Fighters"}"#), ("bar", r#"{"name":"Tenders"}"#)] {
        let answer = server.get(&format!("/on-event/items/{id}")).await;
        assert_eq!((answer.status, answer.content_type()), (200, Some("application/json")));
        assert_eq!(answer.text().await, body);
    }
}

#[tokio::test]
async fn ls_10_an_unknown_item_is_a_404() {
    let server = start().await;
    for id in ["baz", "FOO", "foo%20", "%F0%9F%A6%80"] {
        let answer = server.get(&format!("/on-event/items/{id}")).await;
        assert_eq!(answer.status, expect(rust(404), fastapi(500)), "{id}");
        let body = expect(rust(r#"{"detail":"Item not found"}"#), fastapi("Internal Server Error"));
        assert_eq!(answer.text().await, body, "{id}");
    }
}

#[tokio::test]
async fn ls_10_the_shutdown_function_appends_to_a_file() {
    own_server_only!("needs a process that ends");
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("log.txt");
    let file = path.to_str().expect("a path in UTF-8");
    for run in 1..=2 {
        let program = start_program(10, &[("LESSON_SHUTDOWN_LOG", file)]).await;
        assert_eq!(
            fs::read_to_string(&path).unwrap_or_default(),
            "Application shutdown".repeat(run - 1)
        );
        program.signal("INT");
        let ended = program.wait();
        assert_eq!(ended.code, Some(0), "{}", ended.stderr);
        assert_eq!(events(&ended.stderr).last(), Some(&"shutdown noted"));
        assert_eq!(fs::read_to_string(&path).expect("a file"), "Application shutdown".repeat(run));
    }
}

#[tokio::test]
async fn ls_10_a_file_that_cannot_be_written_is_an_error() {
    rust_only!("reads the log of the real program");
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("missing/log.txt").display().to_string();
    let program = start_program(10, &[("LESSON_SHUTDOWN_LOG", &file)]).await;
    program.signal("INT");
    let ended = program.wait();
    assert_eq!(ended.code, Some(1), "{}", ended.stderr);
    assert_eq!(events(&ended.stderr)[4..], ["connection closed", "model cleared"]);
    let last = ended.stderr.lines().last().unwrap_or_default();
    assert!(last.starts_with(&format!("Error: {file}: ")), "{last}");
}

#[tokio::test]
async fn ls_11_a_router_can_be_made_without_the_start_up_function() {
    rust_only!("makes the router by itself");
    let startup = startup();
    let items = Items::default();
    let state = AppState {
        tick: startup.tick,
        events: startup.events.clone(),
        read_timeout: Duration::from_secs(30),
        items: items.clone(),
        model: Arc::new(Model::load(&startup).await.expect("a model")),
        connection: Arc::new(Connection::open(&startup).await.expect("a connection")),
    };
    let app = on_event::router().with_state(state);
    let answer = paused::get(&app, "/on-event/items/foo").await;
    assert_eq!((answer.status, answer.text().await.as_str()), (500, "Internal Server Error"));
    on_startup(&items, &startup.events);
    let answer = paused::get(&app, "/on-event/items/foo").await;
    assert_eq!((answer.status, answer.text().await.as_str()), (200, r#"{"name":"Fighters"}"#));
}

#[tokio::test]
async fn ls_16_a_start_up_function_runs_only_if_something_calls_it() {
    own_server_only!("needs a log from the start");
    let server = start().await;
    // FastAPI: the app's own handler would add "never seen", but the app has a lifespan. The
    // handler on the included router runs, and runs once.
    assert_eq!(server.events().await, STARTED);
}
