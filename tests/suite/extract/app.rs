//! Answers what it was sent: the routes of `tests/fastapi/extract_app.py`, with our extractors.

use std::collections::BTreeMap;

use axum::Router;
use axum::response::IntoResponse;
use axum::routing::{get, post};
use fastapi_extract::{All, Cookie, Header, Json, Path, Query};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{around, constraints, own_tests, types, unions};

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Colour {
    Red,
    Green,
    Blue,
}

#[derive(Deserialize, Serialize)]
struct Segments {
    item_id: i64,
    byte: u8,
    fraction: f64,
    truth: bool,
    text: String,
    colour: Colour,
}

#[derive(Deserialize, Serialize)]
struct Scalars {
    item_id: i64,
    byte: u8,
    fraction: f64,
    truth: bool,
    text: String,
    colour: Colour,
    maybe: Option<i64>,
    #[serde(default = "seven")]
    standard: i64,
}

pub(super) fn seven() -> i64 {
    7
}

#[derive(Deserialize, Serialize)]
struct Point {
    x: f64,
    #[serde(default)]
    y: f64,
}

#[derive(Deserialize, Serialize)]
struct Drawing {
    name: String,
    points: Vec<Point>,
    labels: BTreeMap<String, i64>,
    pair: (i64, String),
    anything: Value,
    centre: Option<Point>,
    inner: Option<Box<Drawing>>,
}

#[derive(Deserialize)]
struct Numbers {
    numbers: Vec<i64>,
    #[serde(default)]
    skip: i64,
}

#[derive(Deserialize)]
struct Token {
    x_token: String,
    #[serde(default)]
    x_ids: Vec<i64>,
}

#[derive(Deserialize)]
struct Session {
    session: bool,
}

type Several = All<(Path<i64>, Query<Numbers>, Header<Token>, Cookie<Session>, Json<Point>)>;

async fn several(
    All((Path(item_id), Query(query), Header(token), Cookie(cookie), Json(point))): Several,
) -> impl IntoResponse {
    Json(json!({
        "item_id": item_id,
        "numbers": query.numbers,
        "x_token": token.x_token,
        "session": cookie.session,
        "point": point,
        "skip": query.skip,
        "x_ids": token.x_ids,
    }))
}

pub fn router() -> Router {
    Router::new()
        .merge(types::router())
        .merge(unions::router())
        .route(
            "/path/{item_id}/{byte}/{fraction}/{truth}/{text}/{colour}",
            get(async |Path(segments): Path<Segments>| Json(segments)),
        )
        .route("/query", get(async |Query(scalars): Query<Scalars>| Json(scalars)))
        .route("/header", get(async |Header(scalars): Header<Scalars>| Json(scalars)))
        .route("/cookie", get(async |Cookie(scalars): Cookie<Scalars>| Json(scalars)))
        .route("/body", post(async |Json(scalars): Json<Scalars>| Json(scalars)))
        .route("/drawing", post(async |Json(drawing): Json<Drawing>| Json(drawing)))
        .route("/numbers", post(async |Json(numbers): Json<Vec<i64>>| Json(numbers)))
        .route("/maybe", post(async |Json(point): Json<Option<Point>>| Json(point)))
        .route("/several/{item_id}", post(several))
        .merge(constraints::router())
        .merge(own_tests::router())
        .merge(around::router())
}
