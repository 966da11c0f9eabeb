//! The lesson's app with a fault in it, for tests that should notice.

use std::collections::HashSet;
use std::env;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, Method, StatusCode};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use lesson_testing::AppState;
use lesson_testing::crud::Items;
use lesson_testing::greeting::Clock;
use serde_json::{Value, json};
use tokio::time::sleep;

const CREATE: &str = "/crud/items/";
const TOKEN: &str = "coneofsilence";

/// The lesson's app. `LESSON_FAULT` names what's wrong with it; without it, nothing is.
pub fn app(mut state: AppState) -> Router {
    static SHARED: OnceLock<Items> = OnceLock::new();
    let sound = |state: &AppState| lesson_testing::app(state.clone());
    let Ok(fault) = env::var("LESSON_FAULT") else {
        return sound(&state);
    };
    match fault.as_str() {
        "more-than-asked" => {
            let hello = async || Json(json!({"msg": "Hello World", "debug": true}));
            Router::new().route("/hello/", get(hello)).fallback_service(sound(&state))
        }
        "token-checked-too-late" => sound(&state).layer(from_fn(create_and_refuse)),
        "shared-items" => {
            state.items = SHARED.get_or_init(Items::examples).clone();
            sound(&state)
        }
        "clock-asked-once" => {
            state.clock = Arc::new(AskedOnce(state.clock, OnceLock::new()));
            sound(&state)
        }
        "eleven-ticks" => {
            let tick = state.tick * 1;
            sound(&state).layer(from_fn(move |request, next| late(tick, request, next)))
        }
        "lock-let-go" => {
            let there = There::new(Mutex::new(["foo", "bar"].map(Value::from).into()));
            sound(&state).layer(from_fn(move |request, next| {
                look_then_insert(Arc::clone(&there), request, next)
            }))
        }
        _ => panic!("no fault is named {fault:?}"),
    }
}

/// Answers a wrong token as it should, but creates the item all the same.
async fn create_and_refuse(mut request: Request, next: Next) -> Response {
    let token = request.headers().get("x-token").cloned();
    let is_wrong = token.is_some_and(|token| token != TOKEN);
    if !(is_wrong && is_creation(&request)) {
        return next.run(request).await;
    }
    request.headers_mut().insert("x-token", HeaderValue::from_static(TOKEN));
    next.run(request).await;
    let detail = json!({"detail": "Invalid X-Token header"});
    (StatusCode::BAD_REQUEST, Json(detail)).into_response()
}

struct AskedOnce(Arc<dyn Clock>, OnceLock<u64>);

impl Clock for AskedOnce {
    fn hour(&self) -> u64 {
        *self.1.get_or_init(|| self.0.hour())
    }
}

async fn late(delay: Duration, request: Request, next: Next) -> Response {
    if request.uri().path() == "/slow/" {
        sleep(delay).await;
    }
    next.run(request).await
}

/// Looks whether the item is there, and a moment later assumes that nothing has changed.
async fn look_then_insert(there: There, request: Request, next: Next) -> Response {
    if !is_creation(&request) {
        return next.run(request).await;
    }
    let (head, body) = request.into_parts();
    let item = to_bytes(body, 1 << 20).await.expect("a body");
    let id = serde_json::from_slice(&item).map_or(Value::Null, |item: Value| item["id"].clone());
    let was_there = there.lock().expect("no panic").contains(&id);
    sleep(Duration::from_millis(1)).await;
    let response = next.run(Request::from_parts(head, Body::from(item.clone()))).await;
    let (head, body) = response.into_parts();
    let body = to_bytes(body, 1 << 20).await.expect("a body");
    there.lock().expect("no panic").insert(id);
    if !was_there && body.as_ref() == br#"{"detail":"Item already exists"}"# {
        return ([(CONTENT_TYPE, "application/json")], item).into_response();
    }
    (head, body).into_response()
}

/// The ids that creations have come back for.
type There = Arc<Mutex<HashSet<Value>>>;

fn is_creation(request: &Request) -> bool {
    request.method() == Method::POST && request.uri().path() == CREATE
}
