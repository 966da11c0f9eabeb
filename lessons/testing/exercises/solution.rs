//! Tests that notice six faults. `just learn testing` cuts its starter from this file.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::Router;
use axum::http::StatusCode;
use lesson_support::Tick;
use lesson_testing::AppState;
use lesson_testing::greeting::Clock;
use serde_json::json;
use tokio::time::Instant;

// The client and the state of the lesson's own tests.
use crate::client::TestClient;
use crate::state::fresh_state;
// The lesson's app. For each step, `just learn` puts a fault into it. Your tests must pass without
// the fault, and at least one must fail with it. The comment above a test says what the app does
// when nothing's wrong with it.
use crate::faulty::app;

/// An app of the test's own.
fn fresh_app() -> Router {
    app(fresh_state())
}

/// A client of this app that sends this token.
fn client_with(token: &'static str, app: &Router) -> TestClient {
    TestClient::new(app.clone()).with_header("x-token", token)
}

// Step 1: `GET /hello/` answers 200 with the JSON {"msg":"Hello World"}, and with nothing else.
#[tokio::test]
async fn hello_says_hello_and_no_more() {
    // STEP 1
    let response = TestClient::new(fresh_app()).get("/hello/").await;
    assert_eq!(response.status, StatusCode::OK);
    assert_eq!(response.headers["content-type"], "application/json");
    assert_eq!(response.json(), json!({"msg": "Hello World"}));
    // STUB
    // END
}

// Step 2: a client that sends `POST /crud/items/` with the wrong token gets a 400 with the JSON
// {"detail":"Invalid X-Token header"}, and no item is created. `GET /crud/items/{id}` answers 404
// if there's no such item. The right token is "coneofsilence". An item looks like this:
//
// {"id": "foobar", "title": "Foo Bar", "description": null}
#[tokio::test]
async fn a_wrong_token_creates_nothing() {
    // STEP 2
    let app = fresh_app();
    let item = json!({"id": "foobar", "title": "Foo Bar", "description": null});
    let response = client_with("hailhydra", &app).post("/crud/items/", &item).await;
    assert_eq!(response.status, StatusCode::BAD_REQUEST);
    assert_eq!(response.json(), json!({"detail": "Invalid X-Token header"}));
    let response = client_with("coneofsilence", &app).get("/crud/items/foobar").await;
    assert_eq!(response.status, StatusCode::NOT_FOUND);
    // STUB
    // END
}

// Step 3: two apps can each create an item with the same id. Each answers 200 with the item.
#[tokio::test]
async fn two_apps_share_no_items() {
    // STEP 3
    let item = json!({"id": "foobar", "title": "Foo Bar", "description": null});
    for app in [fresh_app(), fresh_app()] {
        let response = client_with("coneofsilence", &app).post("/crud/items/", &item).await;
        assert_eq!((response.status, response.json()), (StatusCode::OK, item.clone()));
    }
    // STUB
    // END
}

// Step 4: the app asks the clock for every greeting. So when eleven becomes twelve, the answer of
// `GET /greeting/` goes from {"hour":11,"message":"Good morning"} to
// {"hour":12,"message":"Good day"}. You need a clock that a test can move on.
// STEP 4
/// A clock that shows what it was set to.
#[derive(Default)]
struct SetClock(AtomicU64);

impl Clock for SetClock {
    fn hour(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

// STUB
// END
#[tokio::test]
async fn each_greeting_asks_the_clock() {
    // STEP 4
    let clock = Arc::new(SetClock::default());
    let client = TestClient::new(app(AppState { clock: clock.clone(), ..fresh_state() }));
    for (hour, message) in [(11, "Good morning"), (12, "Good day")] {
        clock.0.store(hour, Ordering::Relaxed);
        let response = client.get("/greeting/").await;
        assert_eq!(response.json(), json!({"hour": hour, "message": message}));
    }
    // STUB
    // END
}

// Step 5: `GET /slow/` answers "done", as JSON, after exactly ten ticks, however long a tick is.
// The test itself takes no time.
#[tokio::test(start_paused = true)]
async fn slow_takes_ten_ticks() {
    // STEP 5
    for ms in [1, 1000] {
        let state = AppState { tick: Tick::from_ms(ms), ..fresh_state() };
        let ten = state.tick * 10;
        let started = Instant::now();
        let response = TestClient::new(app(state)).get("/slow/").await;
        assert_eq!((response.status, response.body.as_str()), (StatusCode::OK, r#""done""#));
        assert_eq!(started.elapsed(), ten);
    }
    // STUB
    // END
}

// Step 6: if ten clients create the same item at the same time, one gets a 200 and nine get a 400.
#[tokio::test(flavor = "multi_thread")]
async fn one_of_ten_succeeds() {
    // STEP 6
    let app = fresh_app();
    let creations = [0; 10].map(|_| {
        let client = client_with("coneofsilence", &app);
        tokio::spawn(async move {
            let item = json!({"id": "wanted", "title": "Wanted", "description": null});
            client.post("/crud/items/", &item).await.status
        })
    });
    let mut statuses = Vec::new();
    for creation in creations {
        statuses.push(creation.await.unwrap().as_u16());
    }
    statuses.sort();
    assert_eq!(statuses, [200, 400, 400, 400, 400, 400, 400, 400, 400, 400]);
    // STUB
    // END
}
