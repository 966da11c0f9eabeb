//! The JSON body.

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::body::{cannot_parse, content_type, not_received, too_large};
use crate::json_syntax;
use crate::lax::Input;
use crate::notes::{Around, read};
use crate::rejection::{HideInput, Rejection};
use crate::shown::Shown;

/// The JSON body, as a `T`: FastAPI's [request body]. Also a response, like [`axum::Json`].
///
/// A body whose content type is not JSON counts as one string, as in FastAPI.
/// `Json<Option<T>>` may be left out. Rejects with 422 and all bad fields, with one
/// `json_invalid` if it is no JSON, with 400 if it is not UTF-8 or nested more than 127 deep,
/// with 413 if it is larger than axum's
/// [`DefaultBodyLimit`](axum::extract::DefaultBodyLimit), and with 408 if its client was
/// silent for longer than a [`TimeoutBody`](tower_http::timeout::TimeoutBody) around it waits.
///
/// [request body]: https://fastapi.tiangolo.com/tutorial/body/
#[derive(Clone, Copy, Debug)]
pub struct Json<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = Rejection;

    async fn from_request(request: Request, state: &S) -> Result<Self, Rejection> {
        let around = Around::of(request.extensions());
        let value = receive(request, state).await?;
        let input = match &value {
            Some(value) => Input::Json(value),
            None => Input::Missing(Shown::NOTHING),
        };
        read("body", input, around).map(Self)
    }
}

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        axum::Json(self.0).into_response()
    }
}

/// Receives the body as a value; `None` where there is no body.
pub(crate) async fn receive<S: Send + Sync>(
    request: Request,
    state: &S,
) -> Result<Option<Value>, Rejection> {
    let hide = HideInput::is_set(request.extensions());
    let is_json = has_json_content_type(request.headers());
    let body = Bytes::from_request(request, state).await.map_err(|error| match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => too_large(),
        _ => not_received(&error),
    })?;
    parse(&body, is_json).map_err(|rejection| rejection.hiding_input(hide))
}

/// The body as a value; `None` where there is no body.
fn parse(body: &[u8], is_json: bool) -> Result<Option<Value>, Rejection> {
    if body.is_empty() {
        return Ok(None);
    }
    if !is_json {
        return Ok(Some(String::from_utf8_lossy(body).into()));
    }
    let text = str::from_utf8(body).map_err(|_| cannot_parse())?;
    json_syntax::parse(text).map(Some)
}

/// `application/json` or `application/…+json`, with or without parameters.
pub(crate) fn has_json_content_type(headers: &HeaderMap) -> bool {
    match content_type(headers).split_once('/') {
        Some(("application", subtype)) => subtype == "json" || subtype.ends_with("+json"),
        _ => false,
    }
}
