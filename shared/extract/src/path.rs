//! The parameters of the path.

use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

use crate::params::Params;
use crate::rejection::Rejection;

/// The path's parameters: FastAPI's [path parameters].
///
/// `T` is a struct with their names, a tuple in their order, or, where there is only
/// one, a plain type: `Path(id): Path<i64>`. Rejects with 422 and all bad ones, each with
/// its name in `loc`; with 400 if the path is not UTF-8; and with 500, logged, if the
/// route does not have the parameters that `T` asks for.
///
/// [path parameters]: https://fastapi.tiangolo.com/tutorial/path-params/
#[derive(Clone, Copy, Debug)]
pub struct Path<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Path<T> {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Rejection> {
        let raw = match RawPathParams::from_request_parts(parts, state).await {
            Ok(raw) => raw,
            Err(error) if error.status().is_server_error() => return Err(error.into()),
            Err(error) => return Err(Rejection::raised(error.status(), &error.body_text())),
        };
        let pairs = raw.iter().map(|(name, value)| (name.into(), value.into()));
        let params = Params::new("path", pairs);
        params.read(&parts.extensions).map(Self).map_err(blame_the_route)
    }
}

/// A client cannot leave out a part of a path that matched: the handler's type is wrong.
fn blame_the_route(rejection: Rejection) -> Rejection {
    let is_wrong_type = |kind| matches!(kind, "missing" | "too_long");
    match &rejection {
        Rejection::Invalid(problems) if problems.iter().any(|p| is_wrong_type(p.kind)) => {
            Rejection::unexpected("the handler's Path does not fit the parameters of its route")
        }
        _ => rejection,
    }
}
