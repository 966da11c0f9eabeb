//! What a `Location` header can hold, and how the rest is percent-encoded.

use axum::response::Redirect;
use axum::routing::get;
use axum::{Json, Router};
use fastapi_extract::Query;
use percent_encoding::{AsciiSet, CONTROLS, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;

use crate::AppState;

// ANCHOR: url
/// What's encoded in a whole URL, besides everything that isn't ASCII. The characters that mean
/// something in a URL aren't on the list. Neither is `%`, so nothing is encoded twice.
const IN_URL: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'<')
    .add(b'>')
    .add(b'\\')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// A URL as a header can carry it: in ASCII, without spaces and line breaks.
pub fn percent_encoded(url: &str) -> String {
    utf8_percent_encode(url, IN_URL).to_string()
}

async fn my_redirect() -> Redirect {
    let target = "/redirect-encoding/한글 and space?q=a b&c=%20#frag";
    Redirect::temporary(&percent_encoded(target))
}
// ANCHOR_END: url

async fn reserved() -> Redirect {
    let target = "/é\"<>`{}|\\^[]~'()*+,;=:@!$&\r\nset-cookie: no%zz%";
    Redirect::temporary(&percent_encoded(target))
}

// ANCHOR: not-encoded
async fn not_encoded() -> Redirect {
    Redirect::temporary("/redirect-encoding/한글")
}
// ANCHOR_END: not-encoded

// ANCHOR: value
/// What's encoded in a value: everything but the characters that mean nothing in a URL.
const IN_VALUE: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

#[derive(Deserialize)]
struct Search {
    q: String,
}

async fn search(Query(Search { q }): Query<Search>) -> Redirect {
    let q = utf8_percent_encode(&q, IN_VALUE);
    Redirect::temporary(&format!("/redirect-encoding/found?q={q}"))
}
// ANCHOR_END: value

async fn found(Query(Search { q }): Query<Search>) -> Json<String> {
    Json(q)
}

/// The section's routes.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/redirect-encoding/my-redirect", get(my_redirect))
        .route("/redirect-encoding/reserved", get(reserved))
        .route("/redirect-encoding/not-encoded", get(not_encoded))
        .route("/redirect-encoding/search", get(search))
        .route("/redirect-encoding/found", get(found))
}
