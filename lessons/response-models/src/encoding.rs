//! What a `Location` header can hold, and what has to be percent-encoded for it.

use axum::response::Redirect;
use axum::routing::get;
use axum::{Json, Router};
use fastapi_extract::Query;
use percent_encoding::{AsciiSet, CONTROLS, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;

use crate::AppState;

// ANCHOR: url
/// What is encoded in a whole URL, besides everything that isn't ASCII. Not among it: the
/// characters with a meaning in a URL, and `%`, so that what is encoded already stays as it is.
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

// ANCHOR: pitfall
/// The pitfall: axum writes what it gets into the header.
async fn not_encoded() -> Redirect {
    Redirect::temporary("/redirect-encoding/한글")
}
// ANCHOR_END: pitfall

// ANCHOR: value
#[derive(Deserialize)]
struct Search {
    q: String,
}

/// A value inside a URL is encoded by itself, so that an `&` in it is no separator.
async fn search(Query(Search { q }): Query<Search>) -> Redirect {
    const IN_VALUE: &AsciiSet =
        &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
    let q = utf8_percent_encode(&q, IN_VALUE);
    Redirect::temporary(&format!("/redirect-encoding/found?q={q}"))
}

async fn found(Query(Search { q }): Query<Search>) -> Json<String> {
    Json(q)
}
// ANCHOR_END: value

/// The section's routes.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/redirect-encoding/my-redirect", get(my_redirect))
        .route("/redirect-encoding/reserved", get(reserved))
        .route("/redirect-encoding/not-encoded", get(not_encoded))
        .route("/redirect-encoding/search", get(search))
        .route("/redirect-encoding/found", get(found))
}
