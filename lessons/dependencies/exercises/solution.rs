//! The steps of the dependencies lesson, solved. `just learn dependencies` cuts its starter from
//! this file.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::extract::{FromRef, FromRequestParts, Request, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::routing::get;
use axum::{Json, Router};
use fastapi_extract::{Cookie, Header, Path, Query, Rejection, Secret};
use lesson_dependencies::LESSON;
use lesson_dependencies::guards::{Secrets, is_same};
use lesson_support::{ApiError, EventLog, Server, Tick, method_not_allowed, not_found};
use lesson_support::{panic_response, request_log, shared_routes};
use serde::{Deserialize, Serialize};
use tokio::time::sleep;
use tower_http::catch_panic::CatchPanicLayer;

/// What handlers and extractors share. Each takes the part that it needs.
#[derive(Clone, FromRef)]
struct AppState {
    /// How many requests have asked for a `Numbered`.
    made: Arc<AtomicU64>,
    /// `events.add("…")` adds a line to those that `GET /_events` lists.
    events: EventLog,
    /// `secrets.token` is the right `X-Token`.
    secrets: Secrets,
    /// A second; ten milliseconds in the tests. `tick * 5` is a `Duration`.
    tick: Tick,
    // STEP 5
    /// Configured once, for every request.
    checker: Checker,
    // STUB
    // END
}

// Step 1: write two structs for the query, and two handlers.
//
// `GET /function/items/` reads `q`, a string, and `skip` and `limit`, integers of 64 bits. It
// answers 200 with the three as JSON, in this order: {"q":"foo","skip":1,"limit":2}. Those that are
// missing are null, 0 and 100.
//
// `GET /query-only/test` reads `query_param`, a string that every request must have. It answers 200
// with {"response":"…"}, where … is that string.
//
// A bad query gets a 422 that lists all its bad parameters. `Query`, here `fastapi_extract`'s,
// writes it.
// STEP 1
#[derive(Deserialize, Serialize)]
#[serde(default)]
struct CommonParams {
    q: Option<String>,
    skip: i64,
    limit: i64,
}

impl Default for CommonParams {
    fn default() -> Self {
        Self { q: None, skip: 0, limit: 100 }
    }
}

async fn read_items(Query(params): Query<CommonParams>) -> Json<CommonParams> {
    Json(params)
}

#[derive(Deserialize)]
struct Required {
    query_param: String,
}

#[derive(Serialize)]
struct QueryOnly {
    response: String,
}

async fn query_only(Query(required): Query<Required>) -> Json<QueryOnly> {
    Json(QueryOnly { response: required.query_param })
}
// STUB
// struct CommonParams;
//
// async fn read_items() -> StatusCode {
//     StatusCode::NOT_IMPLEMENTED
// }
//
// async fn query_only() -> StatusCode {
//     StatusCode::NOT_IMPLEMENTED
// }
// END

/// The query's parameters, and how many requests have asked for them so far, this one included.
struct Numbered {
    params: CommonParams,
    number: u64,
}

// Step 2: make `Numbered` an extractor, for two handlers.
//
// `GET /class/items` answers as `/function/items/` does, with the same 422.
//
// `GET /class/made` answers 200 with the number as JSON: 1 for the first request since the program
// was started, then 2. Requests to both routes count, except those that get a 422.
// STEP 2
impl FromRequestParts<AppState> for Numbered {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Rejection> {
        let Query(params) = Query::from_request_parts(parts, state).await?;
        let number = state.made.fetch_add(1, Ordering::Relaxed) + 1;
        Ok(Self { params, number })
    }
}

async fn class_items(numbered: Numbered) -> Json<CommonParams> {
    Json(numbered.params)
}

async fn class_made(numbered: Numbered) -> Json<u64> {
    Json(numbered.number)
}
// STUB
// async fn class_items() -> StatusCode {
//     StatusCode::NOT_IMPLEMENTED
// }
//
// async fn class_made() -> StatusCode {
//     StatusCode::NOT_IMPLEMENTED
// }
// END

/// The query's `q`, if it has one.
struct QueryText(Option<String>);

/// `q`, or what it was last time.
struct QueryOrCookie(Option<String>);

#[derive(Serialize)]
struct Found {
    q_or_cookie: Option<String>,
}

// Step 3: make both of these extractors. `QueryOrCookie` calls `QueryText`.
//
// `QueryText` reads the query and adds the event "query looked at".
//
// `QueryOrCookie` then reads the cookie `last_query`, whatever the query was, and adds the event
// "cookie looked at". If `q` is missing or empty, the cookie's value counts, even an empty one.
// `Cookie` reads a struct, as `Query` does.
//
// `GET /sub/items/` takes a `QueryOrCookie`, adds the event "handler", and answers 200 with a
// `Found`: {"q_or_cookie":"…"}, or {"q_or_cookie":null} if there's neither.
// STEP 3
#[derive(Deserialize)]
struct TextParam {
    q: Option<String>,
}

impl FromRequestParts<AppState> for QueryText {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Rejection> {
        let Query(TextParam { q }) = Query::from_request_parts(parts, state).await?;
        state.events.add("query looked at");
        Ok(Self(q))
    }
}

#[derive(Deserialize)]
struct Cookies {
    last_query: Option<String>,
}

impl FromRequestParts<AppState> for QueryOrCookie {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Rejection> {
        let QueryText(q) = QueryText::from_request_parts(parts, state).await?;
        let Cookie(Cookies { last_query }) = Cookie::from_request_parts(parts, state).await?;
        state.events.add("cookie looked at");
        Ok(Self(q.filter(|q| !q.is_empty()).or(last_query)))
    }
}

async fn sub_items(
    QueryOrCookie(q_or_cookie): QueryOrCookie,
    State(events): State<EventLog>,
) -> Json<Found> {
    events.add("handler");
    Json(Found { q_or_cookie })
}
// STUB
// async fn sub_items() -> StatusCode {
//     StatusCode::NOT_IMPLEMENTED
// }
// END

#[derive(Serialize)]
struct Item {
    item: &'static str,
}

async fn items() -> Json<[Item; 1]> {
    Json([Item { item: "Foo" }])
}

async fn item(Path(item_id): Path<String>) -> Result<Json<Item>, ApiError> {
    match item_id.as_str() {
        "foo" => Ok(Json(Item { item: "Foo" })),
        _ => Err(ApiError::new(StatusCode::NOT_FOUND, "Item not found")),
    }
}

async fn page(Path(number): Path<i64>) -> Json<i64> {
    Json(number)
}

// Step 4: guard these three routes with a layer, and leave the handlers as they are.
//
// Without the header `X-Token`, the answer is the 422 that `Header` gives. With a wrong token, it's
// a 400 with {"detail":"X-Token header invalid"}. Then only the guard answers, even if the path is
// wrong, too. The right token lets the request through. The app's other routes, its 404 and its 405
// stay open.
//
// `is_same(given, right)` compares two secrets. The time that it takes doesn't tell how much of the
// given one is right.
// STEP 4
/// Proof that the request has the right `X-Token`.
struct VerifiedToken;

#[derive(Deserialize)]
struct TokenHeader {
    x_token: Secret,
}

impl FromRequestParts<AppState> for VerifiedToken {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Rejection> {
        let Header(TokenHeader { x_token }) = Header::from_request_parts(parts, state).await?;
        match is_same(x_token.expose(), &state.secrets.token) {
            true => Ok(Self),
            false => Err(Rejection::raised(StatusCode::BAD_REQUEST, "X-Token header invalid")),
        }
    }
}

async fn require_token(_: VerifiedToken, request: Request, next: Next) -> Response {
    next.run(request).await
}
// STUB
// END

fn guarded(state: &AppState) -> Router<AppState> {
    Router::new()
        .route("/router/items/", get(items))
        .route("/router/items/{item_id}", get(item))
        .route("/router/pages/{number}", get(page))
        // STEP 4
        .route_layer(from_fn_with_state(state.clone(), require_token))
    // STUB
    // END
}

/// What to look for.
#[derive(Clone)]
struct Checker(Arc<str>);

#[derive(Serialize)]
struct Included {
    fixed_content_in_query: bool,
}

// Step 5: put a `Checker` for "bar" into the state. (`AppState` is above, and `main` makes it.)
//
// `GET /callable/query-checker/` answers 200 with an `Included`, such as
// {"fixed_content_in_query":true}: whether the query's `q` contains the checker's text, anywhere
// and in the same case. If `q` is missing, that's false.
//
// `GET /callable/query-checker-foo/` has the same handler, but looks for "foo". The state has only
// one value of each type, so how does that route get another one?
// STEP 5
#[derive(Deserialize)]
struct Search {
    #[serde(default)]
    q: String,
}

/// For any state that has a checker in it.
async fn query_checker(
    State(Checker(content)): State<Checker>,
    Query(Search { q }): Query<Search>,
) -> Json<Included> {
    Json(Included { fixed_content_in_query: q.contains(&*content) })
}
// STUB
// async fn query_checker() -> StatusCode {
//     StatusCode::NOT_IMPLEMENTED
// }
// END

fn configured() -> Router<AppState> {
    // STEP 5
    let checker = Checker("foo".into());
    // STUB
    // END
    Router::new()
        // STEP 5
        .route("/callable/query-checker-foo/", get(query_checker).with_state(checker))
        // STUB
        // .route("/callable/query-checker-foo/", get(query_checker))
        // END
        .route("/callable/query-checker/", get(query_checker))
}

/// Stands for a database's session.
struct Session {
    events: EventLog,
    is_committed: bool,
}

impl Session {
    fn begin(events: &EventLog) -> Self {
        events.add("session opened");
        Self { events: events.clone(), is_committed: false }
    }

    async fn commit(mut self) -> Result<(), ApiError> {
        self.events.add("session committed"); // a real one asks its database, and can fail
        self.is_committed = true;
        Ok(())
    }
}

/// Something else to close: a drop guard.
struct Guard(EventLog);

impl Guard {
    fn open(events: &EventLog) -> Self {
        events.add("guard opened");
        Self(events.clone())
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.0.add("guard closed");
    }
}

// Step 6: a transaction.
//
// `with_session` begins a session, lends it to the work, commits it if the work succeeds, and
// returns what the work returned. If nobody has committed the session, it adds the event
// "session rolled back" when it ends: after an error, after a panic, and when the client leaves.
// However it ends, its last event is "session closed".
//
// Each of the three handlers does its work in `with_session`.
//
// `GET /scope-function/items/{item_id}` adds the event "handler". For the item "http" the work
// fails with `ApiError::from_status(StatusCode::NOT_FOUND)`. For others the answer is 200 with a
// `SessionItem` whose `session` is "session": {"item_id":"1","session":"session"}.
//
// `GET /scope-function/crash` adds the event "handler" and panics. A layer of `app` makes a 500 of
// it.
//
// `GET /scope-guard/slow` opens a `Guard`, holds it, waits for five ticks, and answers 200 with
// "done", as JSON.
// STEP 6
impl Drop for Session {
    fn drop(&mut self) {
        if !self.is_committed {
            self.events.add("session rolled back");
        }
        self.events.add("session closed");
    }
}
// STUB
// END

async fn with_session<T>(
    events: &EventLog,
    work: impl AsyncFnOnce(&mut Session) -> Result<T, ApiError>,
) -> Result<T, ApiError> {
    // STEP 6
    let mut session = Session::begin(events);
    let value = work(&mut session).await?;
    session.commit().await?;
    Ok(value)
    // STUB
    // Err(ApiError::from_status(StatusCode::NOT_IMPLEMENTED))
    // END
}

#[derive(Serialize)]
struct SessionItem {
    item_id: String,
    session: &'static str,
}

async fn session_item(
    Path(item_id): Path<String>,
    State(events): State<EventLog>,
) -> Result<Json<SessionItem>, ApiError> {
    // STEP 6
    with_session(&events, async |_session| {
        events.add("handler");
        match item_id.as_str() {
            "http" => Err(ApiError::from_status(StatusCode::NOT_FOUND)),
            _ => Ok(Json(SessionItem { item_id, session: "session" })),
        }
    })
    .await
    // STUB
    // Err(ApiError::from_status(StatusCode::NOT_IMPLEMENTED))
    // END
}

async fn crash(State(events): State<EventLog>) -> Result<Json<&'static str>, ApiError> {
    // STEP 6
    with_session(&events, async |_session| {
        events.add("handler");
        let items: [&str; 0] = [];
        Ok(Json(items[items.len()])) // a bug, and so a panic
    })
    .await
    // STUB
    // Err(ApiError::from_status(StatusCode::NOT_IMPLEMENTED))
    // END
}

async fn slow(
    State(tick): State<Tick>,
    State(events): State<EventLog>,
) -> Result<Json<&'static str>, ApiError> {
    // STEP 6
    with_session(&events, async |_session| {
        let _guard = Guard::open(&events);
        sleep(tick * 5).await;
        Ok(Json("done"))
    })
    .await
    // STUB
    // Err(ApiError::from_status(StatusCode::NOT_IMPLEMENTED))
    // END
}

fn app(state: AppState) -> Router {
    Router::new()
        .route("/function/items/", get(read_items))
        .route("/query-only/test", get(query_only))
        .route("/class/items", get(class_items))
        .route("/class/made", get(class_made))
        .route("/sub/items/", get(sub_items))
        .merge(guarded(&state))
        .merge(configured())
        .route("/scope-function/items/{item_id}", get(session_item))
        .route("/scope-function/crash", get(crash))
        .route("/scope-guard/slow", get(slow))
        .merge(shared_routes(LESSON))
        .fallback(not_found)
        .method_not_allowed_fallback(method_not_allowed)
        .layer((request_log(), CatchPanicLayer::custom(panic_response)))
        .with_state(state)
}

#[tokio::main]
async fn main() -> lesson_support::Result<()> {
    let server = Server::from_args(LESSON).await?;
    let state = AppState {
        made: Arc::default(),
        events: server.events(),
        secrets: Secrets::fake(),
        tick: server.tick(),
        // STEP 5
        checker: Checker("bar".into()),
        // STUB
        // END
    };
    server.serve(app(state)).await
}
