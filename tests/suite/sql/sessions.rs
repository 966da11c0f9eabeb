//! One session a request: shared, closed whatever happens, open until the last byte.

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::get;
use lesson_sql::schemas::Page;
use lesson_sql::session::Session;
use lesson_sql::{AppState, crud};
use lesson_support::{ApiError, request_scope};
use lesson_tests::{Binary, expect, fastapi, own_server_only, rust, rust_only};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use super::{
    CLOSED, OPENED, add_user, assert_answer, credentials, email, emails, oneshot, post, quiet,
    start, start_with, state, with_pool,
};

#[tokio::test]
async fn sq_03_a_session_opens_nothing_until_it_is_used() {
    rust_only!("looks into the pool");
    with_pool(async |pool| {
        let session = Session::new(pool.clone());
        assert_eq!(pool.size(), 0);
        drop(session.read().await.expect("a connection"));
        assert_eq!((pool.size(), pool.num_idle()), (1, 0));
        session.commit().await.expect("a commit");
        // The connection goes back on a task of its own.
        while pool.num_idle() == 0 {
            tokio::task::yield_now().await;
        }
        assert_eq!(pool.size(), 1);
    })
    .await;
}

#[tokio::test]
async fn sq_15_a_request_has_one_session_and_closes_it() {
    let server = start().await;
    for _ in 0..3 {
        quiet(&server).await;
        let answer = server.get("/extra/same-session").await;
        assert_answer(answer, 200, r#"{"same_within_a_request":true}"#).await;
        assert_eq!(server.events_with(CLOSED).await, [OPENED, CLOSED]);
    }
}

#[tokio::test]
async fn sq_15_two_requests_have_two_sessions() {
    let server = start().await;
    let (first, second) =
        tokio::join!(server.get("/main/users/999999999"), server.get("/main/users/999999999"));
    assert_eq!((first.status, second.status), (404, 404));
    let mut events = server.events().await;
    events.sort();
    assert_eq!(events, [CLOSED, CLOSED, OPENED, OPENED]);
}

#[tokio::test]
async fn sq_15_a_request_that_is_refused_closes_its_session_before_the_answer() {
    let server = start().await;
    for path in ["/main/users/abc", "/main/users/999999999", "/main/users/?skip=x"] {
        quiet(&server).await;
        let answer = server.get(path).await;
        assert!(answer.status >= 400, "{path}");
        assert_eq!(server.events().await, [OPENED, CLOSED], "{path}");
    }
}

#[tokio::test]
async fn sq_29_what_is_not_committed_is_rolled_back() {
    let server = start().await;
    quiet(&server).await;
    let email = email("half");
    let answer = post(&server, "/extra/users-half-done/", &credentials(&email)).await;
    assert_eq!(server.events().await, [OPENED, CLOSED]);
    assert_answer(answer, 409, r#"{"detail":"changed my mind"}"#).await;
    assert!(!emails(&server).await.contains(&email));
    // And the connection is good for the next one.
    let answer = post(&server, "/main/users/", &credentials(&email)).await;
    assert_eq!(answer.status, 200);
}

#[tokio::test]
async fn sq_29_a_panic_rolls_back_too() {
    rust_only!("has a handler of its own");
    with_pool(async |pool| {
        async fn bug(db: Session) -> Result<(), ApiError> {
            crud::create_user(&db, "half@example.org", "").await?;
            panic!("a bug");
        }
        async fn forgetful(db: Session) -> Result<(), ApiError> {
            crud::create_user(&db, "half@example.org", "").await?;
            Ok(())
        }
        let state = state(pool);
        let app = Router::new()
            .route("/bug", get(bug))
            .route("/forgetful", get(forgetful))
            .layer(from_fn_with_state(state.clone(), request_scope))
            .with_state::<()>(state.clone());
        assert_eq!(oneshot(app.clone(), "/bug").await, 500);
        assert_eq!(state.events.lines(), [OPENED, CLOSED]);
        assert!(users(&state).await.is_empty());
        assert_eq!(oneshot(app, "/forgetful").await, 200);
        while state.events.lines().len() < 4 {
            tokio::task::yield_now().await;
        }
        assert!(users(&state).await.is_empty());
    })
    .await;
}

async fn users(state: &AppState) -> Vec<lesson_sql::schemas::User> {
    let page: Page = serde_json::from_str("{}").expect("a page");
    let session = Session::new(state.pool.clone());
    crud::get_users(&session, page).await.expect("a list")
}

#[tokio::test]
async fn sq_29_a_client_who_leaves_leaves_nothing_half_done() {
    own_server_only!("needs an empty database");
    let server = start_with(&[("LESSON_TICK_MS", "100")]).await;
    let address = server.base_url().trim_start_matches("http://");
    let mut client = TcpStream::connect(address).await.expect("a connection");
    let body = credentials("gone@example.org");
    let request = format!(
        "POST /extra/users-slow-check/ HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n\
         content-length: {}\r\n\r\n{body}",
        body.len()
    );
    client.write_all(request.as_bytes()).await.expect("a request");
    server.events_with(OPENED).await;
    drop(client);
    let events = server.events_with(CLOSED).await;
    let created = "id unknown before commit, known after";
    let expected = expect(rust(vec![OPENED, CLOSED]), fastapi(vec![OPENED, created, CLOSED]));
    assert_eq!(events, expected);
    assert_eq!(emails(&server).await.len(), expect(rust(0), fastapi(1)));
}

#[tokio::test]
async fn sq_30_the_session_is_open_until_the_last_byte_is_sent() {
    own_server_only!("needs an empty database");
    let server = start_with(&[("LESSON_TICK_MS", "50")]).await;
    for name in ["anna", "ben", "cid"] {
        add_user(&server, name).await;
    }
    quiet(&server).await;
    let mut answer = server.get("/extra/export").await;
    assert_eq!((answer.status, answer.content_type()), (200, Some("text/plain; charset=utf-8")));
    assert_eq!(answer.next_piece().await.expect("a row").text, "anna@example.org\n");
    assert_eq!(server.events().await, [OPENED]);
    assert_eq!(answer.text().await, "ben@example.org\ncid@example.org\n");
    assert_eq!(server.events_with(CLOSED).await, [OPENED, "export done", CLOSED]);
}

#[tokio::test]
async fn sq_30_a_client_who_leaves_ends_the_export() {
    own_server_only!("needs an empty database");
    rust_only!("a sync generator of Starlette notices late, or never");
    let server = start_with(&[("LESSON_TICK_MS", "50"), ("LESSON_POOL_SIZE", "1")]).await;
    for number in 0..40 {
        add_user(&server, &format!("user{number}")).await;
    }
    quiet(&server).await;
    let mut answer = server.get("/extra/export").await;
    answer.next_piece().await.expect("a row");
    drop(answer);
    assert_eq!(server.events_with(CLOSED).await, [OPENED, CLOSED]);
    assert_eq!(server.get("/main/users/999999999").await.status, 404);
}

#[tokio::test]
async fn sq_31_a_session_does_one_thing_at_a_time() {
    rust_only!("uses the session twice at once");
    with_pool(async |pool| {
        let session = Session::new(pool);
        let other = session.clone();
        let lease = session.read().await.expect("a connection");
        let refused = other.read().await.map(drop).expect_err("in use");
        assert_eq!(refused.status(), 500);
        assert!(format!("{refused:?}").contains("the session is in use"), "{refused:?}");
        drop(lease);
        // One after the other, both names are good, and it is one transaction.
        let user = crud::create_user(&session, "anna@example.org", "").await.expect("a user");
        let seen = crud::get_user(&other, user.id).await.expect("an answer");
        assert!(seen.is_some());
        other.rollback().await.expect("a rollback");
        assert!(crud::get_user(&session, user.id).await.expect("an answer").is_none());
    })
    .await;
}

#[tokio::test]
async fn sq_31_a_session_whose_request_is_over_is_closed() {
    rust_only!("takes the session out of its request");
    with_pool(async |pool| {
        let (sender, receiver) = std::sync::mpsc::channel();
        let state = state(pool);
        let app = Router::new()
            .route("/", get(|db: Session| async move { _ = sender.send(db) }))
            .layer(from_fn_with_state(state.clone(), request_scope))
            .with_state::<()>(state.clone());
        assert_eq!(oneshot(app, "/").await, 200);
        let session = receiver.recv().expect("a session");
        while state.events.lines() != [OPENED, CLOSED] {
            tokio::task::yield_now().await;
        }
        let closed = session.read().await.map(drop).expect_err("closed");
        assert!(format!("{closed:?}").contains("the session is closed"), "{closed:?}");
    })
    .await;
}

#[tokio::test]
async fn sq_15_each_request_has_a_session_of_its_own() {
    rust_only!("compares sessions");
    with_pool(async |pool| {
        let session = Session::new(pool.clone());
        assert!(session.is(&session.clone()));
        assert!(!session.is(&Session::new(pool)));
    })
    .await;
}

#[tokio::test]
async fn only_who_wrote_is_told_that_nothing_was_committed() {
    rust_only!("reads the log of the lesson's program");
    let program = Binary::start("sql", &[], &[("RUST_LOG", "warn")]);
    assert_eq!(program.get("/main/users/").await.text().await, "[]");
    assert_eq!(program.get("/main/users/7").await.status, 404);
    program.signal("TERM");
    assert_eq!(program.wait().stderr, "");
}

#[tokio::test]
async fn sq_31_a_session_needs_the_layer_that_closes_it() {
    rust_only!("leaves the layer out");
    with_pool(async |pool| {
        let app = Router::new().route("/", get(|_: Session| async {}));
        assert_eq!(oneshot(app.with_state(state(pool)), "/").await, 500);
    })
    .await;
}

#[tokio::test]
async fn sq_43_a_session_that_reads_sees_one_moment() {
    rust_only!("uses two sessions at once");
    with_pool(async |pool| {
        let (reader, writer) = (Session::new(pool.clone()), Session::new(pool.clone()));
        let count = async || {
            let page: Page = serde_json::from_str("{}").expect("a page");
            crud::get_users(&reader, page).await.expect("a list").len()
        };
        assert_eq!(count().await, 0);
        crud::create_user(&writer, "anna@example.org", "").await.expect("a user");
        assert_eq!(count().await, 0, "it is not committed");
        writer.commit().await.expect("a commit");
        assert_eq!(count().await, 0, "it came later");
        reader.commit().await.expect("an end");
        assert_eq!(count().await, 1);
    })
    .await;
}
