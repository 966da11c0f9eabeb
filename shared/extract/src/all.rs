//! Several sources, one answer.

use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;

use crate::rejection::{Problem, Rejection};

/// Several extractors whose problems become one 422, as in FastAPI, where all the
/// parameters of an endpoint are checked together.
///
/// Two arguments of an axum handler stop at the first that fails. `All` runs its parts in
/// the order written, gathers what is [`Invalid`](Rejection::Invalid), and stops at once at
/// anything else: a dependency's own 400 wins over a field that is missing elsewhere. The
/// last part may read the body.
///
/// A part can be any extractor, `State` too. The rejections of axum's own count as
/// unexpected errors (500), so use those of this crate where the client can be wrong.
///
/// See [axum::extract], "The order of extractors".
#[derive(Clone, Copy, Debug)]
pub struct All<T>(pub T);

/// Keeps a part's problems for later; an `Err` is one that cannot wait.
fn keep<T, R>(part: Result<T, R>, problems: &mut Vec<Problem>) -> Result<Option<T>, Rejection>
where
    Rejection: From<R>,
{
    match part.map_err(Rejection::from) {
        Ok(part) => Ok(Some(part)),
        Err(Rejection::Invalid(more)) => {
            problems.extend(more);
            Ok(None)
        }
        Err(other) => Err(other),
    }
}

macro_rules! all {
    ($($part:ident)* | $last:ident) => {
        impl<S, $($part,)* $last> FromRequestParts<S> for All<($($part,)* $last,)>
        where
            S: Send + Sync,
            $($part: FromRequestParts<S> + Send, Rejection: From<$part::Rejection>,)*
            $last: FromRequestParts<S> + Send,
            Rejection: From<$last::Rejection>,
        {
            type Rejection = Rejection;

            #[allow(non_snake_case)]
            async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Rejection> {
                let mut problems = Vec::new();
                $(let $part = keep($part::from_request_parts(parts, state).await, &mut problems)?;)*
                let $last = keep($last::from_request_parts(parts, state).await, &mut problems)?;
                match ($($part,)* $last,) {
                    ($(Some($part),)* Some($last),) => Ok(Self(($($part,)* $last,))),
                    _ => Err(Rejection::Invalid(problems)),
                }
            }
        }

        impl<S, $($part,)* $last> FromRequest<S> for All<($($part,)* $last,)>
        where
            S: Send + Sync,
            $($part: FromRequestParts<S> + Send, Rejection: From<$part::Rejection>,)*
            $last: FromRequest<S> + Send,
            Rejection: From<$last::Rejection>,
        {
            type Rejection = Rejection;

            #[allow(non_snake_case)]
            async fn from_request(request: Request, state: &S) -> Result<Self, Rejection> {
                let mut problems = Vec::new();
                let (mut parts, body) = request.into_parts();
                $(let $part = keep($part::from_request_parts(&mut parts, state).await, &mut problems)?;)*
                let request = Request::from_parts(parts, body);
                let $last = keep($last::from_request(request, state).await, &mut problems)?;
                match ($($part,)* $last,) {
                    ($(Some($part),)* Some($last),) => Ok(Self(($($part,)* $last,))),
                    _ => Err(Rejection::Invalid(problems)),
                }
            }
        }
    };
}

all!(A | B);
all!(A B | C);
all!(A B C | D);
all!(A B C D | E);
all!(A B C D E | F);
