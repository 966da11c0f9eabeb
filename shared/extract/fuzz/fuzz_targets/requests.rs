//! Sends whatever libFuzzer comes up with to types of every kind.
//!
//! ```sh
//! cargo install cargo-fuzz
//! cd shared/extract
//! cargo +nightly fuzz run requests -- -max_total_time=60 -timeout=5 -rss_limit_mb=1024
//! ```
//!
//! It finds panics, readings that do not end, and answers that are larger than they should be or
//! show a secret. What it has found is in `fuzz/artifacts/requests`; give one of these files
//! instead of the options to try it again.

#![no_main]

use std::collections::{BTreeMap, HashMap};
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use axum::body::Body;
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderValue, StatusCode, Uri};
use fastapi_extract::{
    All, Checked, Cookie, Embed, Form, Header, Json, Query, Rejection, Ruled, Secret,
};
use libfuzzer_sys::fuzz_target;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

mod types;

use types::{Base, Bound, BoundParameters, Either, Fields, Files, Foreign, Named, Rule};

#[derive(Deserialize)]
#[allow(dead_code, reason = "it is only read")]
struct Everything {
    a: i64,
    b: Option<String>,
    #[serde(default)]
    c: Vec<Everything>,
    d: BTreeMap<String, f64>,
    e: HashMap<i64, bool>,
    f: (u8, Option<i8>),
    g: Shape,
    h: Option<Box<Everything>>,
    i: Option<Adjacent>,
    j: Option<Flat>,
    k: Option<Secret<Vec<i64>>>,
}

#[derive(Deserialize)]
#[allow(dead_code, reason = "it is only read")]
enum Shape {
    A,
    B(i64),
    C(i64, Secret),
    D { a: i64, b: Secret<i64> },
}

#[derive(Deserialize)]
#[serde(tag = "a", content = "b")]
#[allow(dead_code, reason = "it is only read")]
enum Adjacent {
    A,
    B(i64),
    C { a: Secret },
}

#[derive(Deserialize)]
#[allow(dead_code, reason = "it is only read")]
struct Flat {
    a: i64,
    #[serde(flatten)]
    rest: Tagged,
    password: Option<Secret>,
}

#[derive(Deserialize)]
#[serde(tag = "b")]
#[allow(dead_code, reason = "it is only read")]
enum Tagged {
    A,
    B { c: i64 },
}

#[derive(Deserialize)]
#[allow(dead_code, reason = "it is only read")]
struct Sent {
    a: i64,
    b: Option<bool>,
    #[serde(default)]
    c: Vec<f64>,
    password: Secret<i64>,
}

/// Where a type says that something is secret, the client can write this.
const SECRET: &str = "hunter2";

fn reads<T, M>(request: Request)
where
    T: FromRequest<(), M>,
    Rejection: From<T::Rejection>,
{
    let Err(rejection) = at_once(T::from_request(request, &())).map_err(Rejection::from) else {
        return;
    };
    match &rejection {
        Rejection::Invalid(problems) => {
            assert!((1..=1_000).contains(&problems.len()));
            let shown: Vec<_> = problems.iter().filter_map(|p| p.input.as_ref()).collect();
            let size = serde_json::to_string(&shown).map_or(0, |text| text.len());
            // Secrets take more room masked.
            assert!(size < 8 << 20, "{size}");
        }
        Rejection::Unreadable(_) | Rejection::Body(..) => {}
        // A form that is broken, or has too much.
        Rejection::Raised(response) if response.status() == StatusCode::BAD_REQUEST => {}
        Rejection::Raised(_) | Rejection::Unexpected(_) => panic!("{rejection:?}"),
    }
}

/// All of the request is there, so nothing is waited for. A form lets others run in between.
fn at_once<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let mut cx = Context::from_waker(Waker::noop());
    for _ in 0..100 {
        if let Poll::Ready(output) = future.as_mut().poll(&mut cx) {
            return output;
        }
    }
    panic!("it waits");
}

fn sends<T, M>(content_type: &str, bytes: &[u8])
where
    T: FromRequest<(), M>,
    Rejection: From<T::Rejection>,
{
    let request = Request::post("/").header("content-type", content_type);
    if let Ok(request) = request.body(Body::from(bytes.to_vec())) {
        reads::<T, _>(request);
    }
}

fn body<T: DeserializeOwned>(bytes: &[u8]) {
    sends::<Json<T>, _>("application/json", bytes);
}

/// A form, and one with files.
fn form<T, M>(bytes: &[u8])
where
    T: FromRequest<(), M>,
    Rejection: From<T::Rejection>,
{
    match bytes.split_first() {
        // Short, so that libFuzzer comes upon it.
        Some((b'-', _)) => sends::<T, _>("multipart/form-data; boundary=b", bytes),
        _ => sends::<T, _>("application/x-www-form-urlencoded", bytes),
    }
}

fn parameters(bytes: &[u8]) {
    let mut request = Request::new(Body::empty());
    let text = String::from_utf8_lossy(bytes);
    if let Ok(uri) = format!("/?{}", text.replace(['#', ' '], "")).parse::<Uri>() {
        *request.uri_mut() = uri;
    }
    if let Ok(value) = HeaderValue::from_bytes(bytes) {
        for name in ["cookie", "a", "b", "c", "c", "password"] {
            if let Ok(name) = name.parse::<axum::http::HeaderName>() {
                request.headers_mut().append(name, value.clone());
            }
        }
    }
    type Parameters<T> = All<(Query<T>, Header<T>, Cookie<T>)>;
    let copy = || {
        let mut copy = Request::new(Body::empty());
        *copy.uri_mut() = request.uri().clone();
        *copy.headers_mut() = request.headers().clone();
        copy
    };
    reads::<Parameters<Sent>, _>(copy());
    reads::<Parameters<BTreeMap<String, i64>>, _>(copy());
    reads::<Parameters<HashMap<i64, Vec<bool>>>, _>(copy());
    reads::<Parameters<(i64, Option<bool>)>, _>(copy());
    reads::<Parameters<Option<Base>>, _>(copy());
    reads::<Parameters<Foreign>, _>(copy());
    reads::<Checked<Query<BoundParameters>>, _>(copy());
}

/// A secret is in no answer: this one is the content of a field that is one.
fn secret(bytes: &[u8]) {
    let Ok(rest) = serde_json::from_slice::<Value>(bytes) else {
        return;
    };
    let sent =
        serde_json::json!({ "k": SECRET, "j": { "password": SECRET }, "h": rest, "c": [rest] });
    if rest.to_string().contains(SECRET) {
        return;
    }
    let request = Request::post("/").header("content-type", "application/json");
    let Ok(request) = request.body(Body::from(sent.to_string())) else {
        return;
    };
    if let Err(rejection) = at_once(Json::<Everything>::from_request(request, &())) {
        let shown = format!("{rejection:?}");
        assert!(!shown.contains(SECRET), "{shown}");
    }
}

fuzz_target!(|bytes: &[u8]| {
    let Some((kind, bytes)) = bytes.split_first() else {
        return;
    };
    match kind % 14 {
        0 => body::<Everything>(bytes),
        1 => body::<Vec<Shape>>(bytes),
        2 => body::<HashMap<String, Adjacent>>(bytes),
        3 => body::<(Option<Tagged>, BTreeMap<i64, Vec<Value>>)>(bytes),
        4 => parameters(bytes),
        5 => sends::<Checked<Json<Bound>>, _>("application/json", bytes),
        6 => body::<Ruled<Rule>>(bytes),
        7 => body::<Either>(bytes),
        8 => body::<(Base, Option<Named>)>(bytes),
        9 => body::<Foreign>(bytes),
        10 => sends::<Embed<Fields>, _>("application/json", bytes),
        11 => form::<Form<Fields>, _>(bytes),
        12 => form::<Form<Files>, _>(bytes),
        _ => secret(bytes),
    }
});
