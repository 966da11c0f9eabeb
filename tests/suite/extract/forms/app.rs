//! Answers what it was sent: the routes of `tests/fastapi/extract_forms.py`, with our extractors.

use axum::Router;
use axum::response::IntoResponse;
use axum::routing::{get, post, put};
use fastapi_extract::{
    All, Cookie, Embed, FileBytes, Form, Header, Json, Path, Query, Rejection, UploadFile,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::super::app::{Colour, seven};

#[derive(Deserialize, Serialize)]
struct Login {
    username: String,
    password: String,
}

#[derive(Deserialize, Serialize)]
struct Fields {
    item_id: i64,
    byte: u8,
    fraction: f64,
    truth: bool,
    text: String,
    colour: Colour,
    numbers: Vec<i64>,
    maybe: Option<i64>,
    #[serde(default = "seven")]
    standard: i64,
    words: Option<Vec<String>>,
    pair: Option<(i64, String)>,
}

fn w() -> String {
    "w".to_owned()
}

#[derive(Deserialize, Serialize)]
struct Filter {
    #[serde(default = "w")]
    word: String,
    #[serde(default = "seven")]
    limit: i64,
    #[serde(default)]
    tags: Vec<i64>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Strict {
    #[serde(default = "w")]
    word: String,
    #[serde(default = "seven")]
    limit: i64,
}

#[derive(Deserialize, Serialize)]
struct Item {
    name: String,
    price: f64,
    tax: Option<f64>,
}

#[derive(Deserialize, Serialize)]
struct User {
    username: String,
}

#[derive(Deserialize)]
struct File<F> {
    file: F,
}

#[derive(Deserialize)]
struct MaybeFile<F> {
    file: Option<F>,
}

#[derive(Deserialize)]
struct Files<F> {
    files: Vec<F>,
}

#[derive(Deserialize)]
struct Mixed {
    file: FileBytes,
    fileb: UploadFile,
    token: String,
    #[serde(default = "one")]
    number: i64,
    #[serde(default)]
    more: Vec<UploadFile>,
}

fn one() -> i64 {
    1
}

#[derive(Deserialize)]
struct Skip {
    skip: i64,
}

#[derive(Deserialize)]
struct Token {
    x_token: String,
}

#[derive(Deserialize)]
struct Numbers {
    numbers: Vec<i64>,
}

#[derive(Deserialize, Serialize)]
struct Parts {
    item: Item,
    user: User,
    importance: i64,
    note: Option<String>,
    extra: Option<Item>,
    #[serde(default = "seven")]
    standard: i64,
}

#[derive(Deserialize, Serialize)]
struct Part<P> {
    item: P,
}

/// Bytes as text, one letter each.
fn text(bytes: &[u8]) -> String {
    bytes.iter().copied().map(char::from).collect()
}

async fn shown(file: &UploadFile) -> Result<Value, Rejection> {
    Ok(json!({
        "filename": file.file_name(),
        "content_type": file.content_type(),
        "size": file.size(),
        "text": text(&file.read().await?),
    }))
}

async fn all_shown(files: &[UploadFile]) -> Result<Vec<Value>, Rejection> {
    let mut all = Vec::new();
    for file in files {
        all.push(shown(file).await?);
    }
    Ok(all)
}

async fn mixed(Form(form): Form<Mixed>) -> Result<Json<Value>, Rejection> {
    Ok(Json(json!({
        "file": text(&form.file),
        "fileb": shown(&form.fileb).await?,
        "token": form.token,
        "number": form.number,
        "more": all_shown(&form.more).await?,
    })))
}

type Several = All<(Path<i64>, Query<Skip>, Header<Token>, Form<Numbers>)>;

async fn several(
    All((Path(item_id), Query(query), Header(token), Form(form))): Several,
) -> impl IntoResponse {
    Json(json!({
        "item_id": item_id,
        "skip": query.skip,
        "x_token": token.x_token,
        "numbers": form.numbers,
    }))
}

pub fn router() -> Router {
    Router::new()
        .route("/login/", post(async |Form(login): Form<Login>| Json(login)))
        .route("/fields/", post(async |Form(fields): Form<Fields>| Json(fields)))
        .route("/strict/", post(async |Form(strict): Form<Strict>| Json(strict)))
        .route("/maybe/form/", post(async |Form(it): Form<Option<Filter>>| Json(it)))
        .route("/maybe/query/", get(async |Query(it): Query<Option<Filter>>| Json(it)))
        .route("/maybe/header/", get(async |Header(it): Header<Option<Filter>>| Json(it)))
        .route("/maybe/cookie/", get(async |Cookie(it): Cookie<Option<Filter>>| Json(it)))
        .route(
            "/file/",
            post(async |Form(form): Form<File<UploadFile>>| shown(&form.file).await.map(Json)),
        )
        .route(
            "/file/maybe/",
            post(async |Form(form): Form<MaybeFile<UploadFile>>| match form.file {
                Some(file) => shown(&file).await.map(Json),
                None => Ok(Json(Value::Null)),
            }),
        )
        .route(
            "/files/",
            post(async |Form(form): Form<Files<UploadFile>>| {
                all_shown(&form.files).await.map(Json)
            }),
        )
        .route("/bytes/", post(async |Form(form): Form<File<FileBytes>>| Json(text(&form.file))))
        .route(
            "/bytes/maybe/",
            post(async |Form(form): Form<MaybeFile<FileBytes>>| {
                Json(form.file.as_deref().map(text))
            }),
        )
        .route(
            "/bytes/list/",
            post(async |Form(form): Form<Files<FileBytes>>| {
                Json(form.files.iter().map(|file| text(file)).collect::<Vec<_>>())
            }),
        )
        .route("/mixed/", post(mixed))
        .route("/several/{item_id}", post(several))
        .route("/parts/", put(async |Embed(parts): Embed<Parts>| Json(parts)))
        .route("/embed/", put(async |Embed(part): Embed<Part<Item>>| Json(part)))
        .route("/embed/maybe/", put(async |Embed(part): Embed<Part<Option<Item>>>| Json(part)))
}
