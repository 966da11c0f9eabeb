//! `ApiError`: what FastAPI calls [`HTTPException`], and the 500 for everything unexpected.
//!
//! [`HTTPException`]: https://fastapi.tiangolo.com/tutorial/handling-errors/

use std::any::Any;
use std::error::Error;
use std::sync::Arc;

use axum::Json;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use fastapi_extract::{Refusal, Rejection};
use serde_json::{Value, json};

/// The error a handler returns: an answer meant for the client, or a fault that is not.
///
/// `Err(ApiError::new(StatusCode::NOT_FOUND, "Item not found"))` answers 404 with
/// `{"detail":"Item not found"}`, as `raise HTTPException(404, "Item not found")` does.
///
/// Any other error becomes an `ApiError` through `?`, also one that the client has caused, such
/// as a text that doesn't parse: map it, or parse in the extractor. The client then gets 500
/// with the plain text `Internal Server Error` and nothing else.
/// [`request_log`](crate::request_log()) writes the error and its causes to the log; without
/// that layer nobody does.
///
/// Its response carries the error itself as an extension. A layer that takes it out can
/// change the answer, as [`request_scope`](crate::request_scope()) does.
#[derive(Clone, Debug)]
pub struct ApiError {
    kind: Kind,
}

#[derive(Clone, Debug)]
enum Kind {
    /// Boxed, because every `Result` of a handler has room for it.
    Answer(Box<Answer>),
    Unexpected(Arc<dyn Error + Send + Sync>),
}

#[derive(Clone, Debug)]
struct Answer {
    status: StatusCode,
    detail: Value,
    headers: HeaderMap,
}

impl ApiError {
    /// An answer with this status and the body `{"detail": detail}`.
    ///
    /// `detail` is anything that is JSON: mostly a sentence, sometimes a list.
    pub fn new(status: StatusCode, detail: impl Into<Value>) -> Self {
        let answer = Answer { status, detail: detail.into(), headers: HeaderMap::new() };
        Self { kind: Kind::Answer(Box::new(answer)) }
    }

    /// An answer whose detail is the status's own phrase: `{"detail":"Not Found"}`.
    ///
    /// This is what `HTTPException(404)` does when no detail is given.
    pub fn from_status(status: StatusCode) -> Self {
        Self::new(status, status.canonical_reason().unwrap_or("Unknown"))
    }

    fn from_refusal(Refusal { status, detail }: Refusal) -> Self {
        match status {
            // The extractor has logged why.
            StatusCode::INTERNAL_SERVER_ERROR => Self::unexpected("an extractor failed"),
            _ => Self::new(status, detail),
        }
    }

    /// A fault that the client learns nothing about: 500, `Internal Server Error`.
    pub fn unexpected(error: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { kind: Kind::Unexpected(Arc::from(error.into())) }
    }

    /// Adds a header to the answer, as `HTTPException(headers=...)` does.
    ///
    /// An unexpected error has no headers: it stays as it is.
    #[must_use]
    pub fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        if let Kind::Answer(answer) = &mut self.kind {
            answer.headers.append(name, value);
        }
        self
    }

    /// The status that the client will see.
    pub fn status(&self) -> StatusCode {
        match &self.kind {
            Kind::Answer(answer) => answer.status,
            Kind::Unexpected(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// What the client will be told; `None` for an unexpected error.
    pub fn detail(&self) -> Option<&Value> {
        match &self.kind {
            Kind::Answer(answer) => Some(&answer.detail),
            Kind::Unexpected(_) => None,
        }
    }

    /// The unexpected error, if it is of this type: Python's `except SomeError as error`.
    pub fn downcast_ref<E: Error + 'static>(&self) -> Option<&E> {
        match &self.kind {
            Kind::Answer(_) => None,
            Kind::Unexpected(error) => error.downcast_ref(),
        }
    }

    /// What the client is not told, with its causes; `None` for an answer.
    pub(crate) fn unexpected_causes(&self) -> Option<String> {
        match &self.kind {
            Kind::Answer(_) => None,
            Kind::Unexpected(error) => Some(with_causes(error.as_ref())),
        }
    }

    /// Logs an error that comes when the response is sent, or its client has left.
    pub(crate) fn log_late(&self) {
        match &self.kind {
            Kind::Answer(answer) => {
                let Answer { status, detail, .. } = answer.as_ref();
                tracing::error!(%status, %detail, "too late to answer");
            }
            Kind::Unexpected(error) => {
                let error = with_causes(error.as_ref());
                tracing::error!(error, "failed after the response");
            }
        }
    }
}

impl<E> From<E> for ApiError
where
    E: Error + Send + Sync + 'static,
{
    fn from(error: E) -> Self {
        Self::unexpected(error)
    }
}

// ANCHOR: into-response
impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut response = match &self.kind {
            Kind::Answer(answer) => {
                let Answer { status, detail, headers } = answer.as_ref();
                (*status, headers.clone(), Json(json!({ "detail": detail }))).into_response()
            }
            Kind::Unexpected(_) => {
                (StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error").into_response()
            }
        };
        response.extensions_mut().insert(self);
        response
    }
}
// ANCHOR_END: into-response

/// Takes the error out of a response: an [`ApiError`], or what an extractor was refused for.
pub(crate) fn take_error(response: &mut Response) -> Option<ApiError> {
    let extensions = response.extensions_mut();
    let error = extensions.remove::<ApiError>();
    error.or_else(|| extensions.remove::<Refusal>().map(ApiError::from_refusal))
}

/// `Rejection`s are the answers of `fastapi_extract`; this makes an `ApiError` one of them.
impl From<ApiError> for Rejection {
    fn from(error: ApiError) -> Self {
        Self::Raised(Box::new(error.into_response()))
    }
}

/// The unexpected error that a panic is.
pub(crate) fn panic_error(panic: &(dyn Any + Send)) -> ApiError {
    ApiError::unexpected(panic_message(panic))
}

/// What a panic said, for the log.
pub(crate) fn panic_message(panic: &(dyn Any + Send)) -> String {
    let message = panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    format!("panic: {}", message.unwrap_or("without a message"))
}

/// An error and its causes in one line: `cannot load the model: file not found`.
///
/// Many wrappers say what their cause says; nothing is repeated.
pub fn with_causes(error: &dyn Error) -> String {
    let mut sentences = vec![error.to_string()];
    let mut cause = error.source();
    while let Some(error) = cause {
        let sentence = error.to_string();
        if sentences.last() != Some(&sentence) {
            sentences.push(sentence);
        }
        cause = error.source();
    }
    sentences.join(": ")
}

#[cfg(test)]
mod tests {
    use axum::body::to_bytes;
    use axum::http::header::{CONTENT_TYPE, WWW_AUTHENTICATE};

    use super::*;

    async fn read(error: ApiError) -> (StatusCode, HeaderMap, String) {
        let response = error.into_response();
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, usize::MAX).await.unwrap();
        let body = String::from_utf8(body.to_vec()).unwrap();
        (parts.status, parts.headers, body)
    }

    #[tokio::test]
    async fn an_answer_has_its_status_and_a_json_detail() {
        let error = ApiError::new(StatusCode::NOT_FOUND, "Item not found");
        let (status, headers, body) = read(error).await;
        assert_eq!(status, 404);
        assert_eq!(headers[CONTENT_TYPE], "application/json");
        assert_eq!(body, r#"{"detail":"Item not found"}"#);
    }

    #[tokio::test]
    async fn a_status_alone_brings_its_own_phrase() {
        let (status, _, body) = read(ApiError::from_status(StatusCode::BAD_GATEWAY)).await;
        assert_eq!(status, 502);
        assert_eq!(body, r#"{"detail":"Bad Gateway"}"#);
    }

    #[tokio::test]
    async fn an_answer_carries_its_headers() {
        let error = ApiError::from_status(StatusCode::UNAUTHORIZED)
            .with_header(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))
            .with_header(WWW_AUTHENTICATE, HeaderValue::from_static("Basic"));
        assert_eq!(error.status(), 401);
        let (status, headers, body) = read(error).await;
        assert_eq!(status, 401);
        let schemes: Vec<_> = headers.get_all(WWW_AUTHENTICATE).iter().collect();
        assert_eq!(schemes, ["Bearer", "Basic"]);
        assert_eq!(body, r#"{"detail":"Unauthorized"}"#);
    }

    #[tokio::test]
    async fn an_unexpected_error_tells_the_client_nothing() {
        let secret = std::io::Error::other("password of the database");
        assert_eq!(ApiError::from(std::io::Error::other("")).status(), 500);
        let (status, headers, body) = read(ApiError::from(secret)).await;
        assert_eq!(status, 500);
        assert_eq!(headers[CONTENT_TYPE], "text/plain; charset=utf-8");
        assert_eq!(body, "Internal Server Error");
    }

    #[test]
    fn the_error_behind_an_answer_can_be_asked_for() {
        let unexpected = ApiError::from(std::io::Error::other("broken"));
        assert_eq!(unexpected.downcast_ref::<std::io::Error>().unwrap().to_string(), "broken");
        assert!(unexpected.downcast_ref::<std::fmt::Error>().is_none());
        assert_eq!(unexpected.detail(), None);
        let answer = ApiError::from_status(StatusCode::NOT_FOUND);
        assert!(answer.downcast_ref::<std::io::Error>().is_none());
        assert_eq!(answer.detail(), Some(&json!("Not Found")));
    }

    #[test]
    fn a_response_carries_its_error() {
        let mut response = ApiError::from_status(StatusCode::NOT_FOUND).into_response();
        let error: ApiError = response.extensions_mut().remove().unwrap();
        assert_eq!(error.status(), 404);
    }

    #[test]
    fn a_panic_is_told_in_its_own_words() {
        assert_eq!(panic_message(&"no model"), "panic: no model");
        assert_eq!(panic_message(&"no model".to_owned()), "panic: no model");
        assert_eq!(panic_message(&7), "panic: without a message");
    }

    #[test]
    fn causes_are_listed_from_the_outside_in() {
        #[derive(Debug)]
        struct Outer(std::io::Error);
        impl std::fmt::Display for Outer {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("cannot load the model")
            }
        }
        impl Error for Outer {
            fn source(&self) -> Option<&(dyn Error + 'static)> {
                Some(&self.0)
            }
        }
        let error = Outer(std::io::Error::other("no such file"));
        assert_eq!(with_causes(&error), "cannot load the model: no such file");
        let wrapped = axum::Error::new(error);
        assert_eq!(with_causes(&wrapped), "cannot load the model: no such file");
    }
}
