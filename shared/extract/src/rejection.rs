//! What an extractor answers when it cannot extract.

use std::error::Error;

use axum::Json;
use axum::http::{Extensions, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::{Value, json};

/// Why a request was refused; the `Rejection` of every extractor in this crate.
///
/// An extractor of your own (a dependency, in FastAPI's words) takes part in
/// [`All`](crate::All) with `type Rejection = Rejection`. Inside it, `?` passes on what the
/// extractors here report, and makes any other error an unexpected one, a 500:
///
/// ```
/// use axum::extract::FromRequestParts;
/// use axum::http::{StatusCode, request::Parts};
/// use fastapi_extract::{Header, Rejection, Secret};
/// use subtle::ConstantTimeEq;
///
/// #[derive(serde::Deserialize)]
/// struct Key {
///     x_key: Secret,
/// }
///
/// struct VerifiedKey;
///
/// impl<S: Send + Sync> FromRequestParts<S> for VerifiedKey {
///     type Rejection = Rejection;
///
///     async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Rejection> {
///         let Header(Key { x_key }) = Header::from_request_parts(parts, state).await?;
///         if !bool::from(x_key.expose().as_bytes().ct_eq(b"secret")) {
///             return Err(Rejection::raised(StatusCode::BAD_REQUEST, "X-Key header invalid"));
///         }
///         Ok(Self)
///     }
/// }
/// ```
///
/// The response of a rejection carries a [`Refusal`] as an extension, so that a layer can tell
/// it from an answer of the handler. A response of your own in [`Raised`](Self::Raised) carries
/// what you put into it.
///
/// See FastAPI's [Handling Errors](https://fastapi.tiangolo.com/tutorial/handling-errors/)
/// and axum's [`axum::extract`], "Customizing extractor responses".
#[derive(Debug)]
pub enum Rejection {
    /// Values that do not fit. `All` adds those of its other parts; 422.
    Invalid(Vec<Problem>),
    /// A body that isn't JSON. It stands alone: nothing inside it can be judged; 422.
    Unreadable(Box<Problem>),
    /// A body that could not be received: too large (413), too slow (408), not UTF-8 (400).
    Body(StatusCode, &'static str),
    /// A dependency's own answer. It stops at once and wins over what is invalid elsewhere.
    Raised(Box<Response>),
    /// A fault that the client learns nothing about; 500, and the error goes to the log.
    Unexpected(Box<dyn Error + Send + Sync>),
}

/// What the response of a [`Rejection`] carries as an extension.
#[derive(Clone, Debug, PartialEq)]
pub struct Refusal {
    /// The status of the answer.
    pub status: StatusCode,
    /// Its `detail`; null for an unexpected error.
    pub detail: Value,
}

/// One entry of the `detail` of a 422.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Problem {
    /// Pydantic's name for it, such as `int_parsing` or `missing`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// Where: the source, then names and indexes, such as `["body", "items", 0, "price"]`.
    pub loc: Vec<Value>,
    /// A sentence for people.
    pub msg: String,
    /// What was sent; `None` leaves it out of the answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub input: Option<Value>,
    /// What the message was made from, where Pydantic tells it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ctx: Option<Value>,
}

/// Leaves `input` out of every 422 below the layer `axum::Extension(HideInput)`.
///
/// `input` sends back what was sent, and from there it goes into the logs of proxies and clients.
/// FastAPI sends it and it helps, so it is the default, but for the fields that are a
/// [`Secret`](crate::Secret). Put this layer around routes where nothing may come back: where a
/// secret can be in a field that is none, or in one whose name the client has misspelt.
///
/// `msg` stays. For a `value_error` its words are your type's own: quote no value there.
#[derive(Clone, Copy, Debug)]
pub struct HideInput;

impl HideInput {
    pub(crate) fn is_set(extensions: &Extensions) -> bool {
        extensions.get::<Self>().is_some()
    }
}

impl Rejection {
    /// A dependency's own answer, `{"detail": detail}`: FastAPI's `HTTPException`.
    ///
    /// An error type of yours becomes one with
    /// `Rejection::Raised(Box::new(error.into_response()))`.
    pub fn raised(status: StatusCode, detail: &str) -> Self {
        let refusal = Refusal { status, detail: detail.into() };
        let mut response = detailed(status, &refusal.detail);
        response.extensions_mut().insert(refusal);
        Self::Raised(Box::new(response))
    }

    /// A fault that the client learns nothing about.
    pub fn unexpected(error: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Unexpected(error.into())
    }

    /// The same rejection without `input`, if `hide` says so.
    pub(crate) fn hiding_input(mut self, hide: bool) -> Self {
        let problems = match &mut self {
            Self::Invalid(problems) => problems.as_mut_slice(),
            Self::Unreadable(problem) => std::slice::from_mut(problem.as_mut()),
            Self::Body(..) | Self::Raised(_) | Self::Unexpected(_) => &mut [],
        };
        if hide {
            problems.iter_mut().for_each(|problem| problem.input = None);
        }
        self
    }

    /// What the client is told, unless somebody else has made the answer.
    fn refusal(&self) -> Refusal {
        let unprocessable = StatusCode::UNPROCESSABLE_ENTITY;
        let (status, detail) = match self {
            Self::Invalid(problems) => (unprocessable, json!(problems)),
            Self::Unreadable(problem) => (unprocessable, json!([problem.as_ref()])),
            Self::Body(status, detail) => (*status, (*detail).into()),
            Self::Raised(response) => (response.status(), Value::Null),
            Self::Unexpected(_) => (StatusCode::INTERNAL_SERVER_ERROR, Value::Null),
        };
        Refusal { status, detail }
    }
}

impl<E> From<E> for Rejection
where
    E: Error + Send + Sync + 'static,
{
    fn from(error: E) -> Self {
        Self::unexpected(error)
    }
}

impl IntoResponse for Rejection {
    fn into_response(self) -> Response {
        let refusal = self.refusal();
        let mut response = match self {
            Self::Raised(response) => return *response,
            Self::Unexpected(error) => {
                tracing::error!(error = error.as_ref(), "an extractor failed");
                (refusal.status, "Internal Server Error").into_response()
            }
            _ => detailed(refusal.status, &refusal.detail),
        };
        response.extensions_mut().insert(refusal);
        response
    }
}

fn detailed(status: StatusCode, detail: &Value) -> Response {
    (status, Json(json!({ "detail": detail }))).into_response()
}
