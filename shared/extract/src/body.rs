//! What a body is called, and why one was not received.

use std::error::Error;
use std::iter;

use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use http_body_util::LengthLimitError;
use tower_http::timeout::TimeoutError;

use crate::rejection::Rejection;

/// The content type without its parameters, in small letters; empty if there is none.
pub(crate) fn content_type(headers: &HeaderMap) -> String {
    let bytes = headers.get(CONTENT_TYPE).map_or(&b""[..], |value| value.as_bytes());
    let essence = bytes.split(|&byte| byte == b';').next().unwrap_or_default();
    String::from_utf8_lossy(essence).trim().to_ascii_lowercase()
}

/// The answer to a body that is too large, too slow, or broken off.
pub(crate) fn not_received(error: &(dyn Error + 'static)) -> Rejection {
    let mut causes = iter::successors(Some(error), |&cause| cause.source());
    let known = causes.find_map(|cause| match cause {
        _ if cause.is::<LengthLimitError>() => Some(too_large()),
        _ if cause.is::<TimeoutError>() => {
            Some(Rejection::Body(StatusCode::REQUEST_TIMEOUT, "Request Timeout"))
        }
        _ => None,
    });
    known.unwrap_or_else(cannot_parse)
}

pub(crate) fn too_large() -> Rejection {
    Rejection::Body(StatusCode::PAYLOAD_TOO_LARGE, "Payload Too Large")
}

pub(crate) fn cannot_parse() -> Rejection {
    Rejection::Body(StatusCode::BAD_REQUEST, "There was an error parsing the body")
}
