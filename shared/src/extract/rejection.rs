//! What an extractor answers when it cannot extract.

use std::error::Error;

use axum::http::{Extensions, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::Value;

use crate::ApiError;

/// Why a request was refused; the `Rejection` of every extractor in this module.
///
/// An extractor of your own (a dependency, in FastAPI's words) takes part in
/// [`All`](super::All) with `type Rejection = Rejection`. Inside it, `?` turns an
/// [`ApiError`] into [`Raised`](Rejection::Raised), passes on what the extractors here
/// report, and makes any other error an unexpected one, a 500:
///
/// ```
/// use axum::extract::FromRequestParts;
/// use axum::http::{StatusCode, request::Parts};
/// use lesson_support::ApiError;
/// use lesson_support::extract::{Header, Rejection};
///
/// #[derive(serde::Deserialize)]
/// struct Key {
///     x_key: String,
/// }
///
/// struct VerifiedKey;
///
/// impl<S: Send + Sync> FromRequestParts<S> for VerifiedKey {
///     type Rejection = Rejection;
///
///     async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Rejection> {
///         let Header(Key { x_key }) = Header::from_request_parts(parts, state).await?;
///         if x_key != "secret" {
///             return Err(ApiError::new(StatusCode::BAD_REQUEST, "X-Key header invalid").into());
///         }
///         Ok(Self)
///     }
/// }
/// ```
///
/// See FastAPI's [Handling Errors](https://fastapi.tiangolo.com/tutorial/handling-errors/)
/// and axum's [`axum::extract`], "Customizing extractor responses".
#[derive(Clone, Debug)]
pub enum Rejection {
    /// Values that do not fit. `All` adds those of its other parts; 422.
    Invalid(Vec<Problem>),
    /// A body that is no JSON at all. It stands alone: nothing inside it can be judged; 422.
    Unreadable(Box<Problem>),
    /// A dependency's own answer. It stops at once and wins over what is invalid elsewhere.
    Raised(Box<ApiError>),
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
/// `input` sends back what was sent. A missing field is reported with the whole object
/// around it: `{"password":"hunter2"}` without its `email` comes back password and all,
/// and goes from there into the logs of proxies and clients. FastAPI sends `input` and it
/// helps, so it is the default; put this layer around routes that take secrets.
///
/// `msg` stays. For a `value_error` its words are your type's own: quote no value there.
#[derive(Clone, Copy, Debug)]
pub struct HideInput;

impl HideInput {
    pub(super) fn is_set(extensions: &Extensions) -> bool {
        extensions.get::<Self>().is_some()
    }
}

impl Rejection {
    /// The same rejection without `input`, if `hide` says so.
    pub(super) fn hiding_input(mut self, hide: bool) -> Self {
        let problems = match &mut self {
            Self::Invalid(problems) => problems.as_mut_slice(),
            Self::Unreadable(problem) => std::slice::from_mut(problem.as_mut()),
            Self::Raised(_) => &mut [],
        };
        if hide {
            problems.iter_mut().for_each(|problem| problem.input = None);
        }
        self
    }
}

impl From<ApiError> for Rejection {
    fn from(error: ApiError) -> Self {
        Self::Raised(Box::new(error))
    }
}

impl<E> From<E> for Rejection
where
    E: Error + Send + Sync + 'static,
{
    fn from(error: E) -> Self {
        ApiError::unexpected(error).into()
    }
}

impl From<Rejection> for ApiError {
    fn from(rejection: Rejection) -> Self {
        let problems = match rejection {
            Rejection::Invalid(problems) => problems,
            Rejection::Unreadable(problem) => vec![*problem],
            Rejection::Raised(error) => return *error,
        };
        match serde_json::to_value(problems) {
            Ok(detail) => Self::new(StatusCode::UNPROCESSABLE_ENTITY, detail),
            Err(error) => Self::unexpected(error),
        }
    }
}

impl IntoResponse for Rejection {
    fn into_response(self) -> Response {
        ApiError::from(self).into_response()
    }
}
