//! The fields of a form.

use std::collections::HashMap;

use axum::RequestExt;
use axum::body::to_bytes;
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use serde::de::DeserializeOwned;

use crate::body::{content_type, not_received};
use crate::limits::FormLimits;
use crate::notes::{Around, read};
use crate::params::{Params, Sent};
use crate::rejection::Rejection;
use crate::shape::{self, Count};

/// The fields of a form, as the struct `T`: FastAPI's [form data].
///
/// Reads `application/x-www-form-urlencoded` and, with the feature `multipart`,
/// `multipart/form-data`, in which there can be files as well: see
#[cfg_attr(feature = "multipart", doc = "[`UploadFile`](crate::UploadFile).")]
#[cfg_attr(not(feature = "multipart"), doc = "`UploadFile`.")]
/// Any other body, and none, is a form without fields.
///
/// ```
/// use axum::{Router, routing::post};
/// use fastapi_extract::{Form, Secret};
/// use serde::Deserialize;
///
/// #[derive(Deserialize)]
/// struct Login {
///     username: String,
///     password: Secret,
///     #[serde(default)]
///     scope: Vec<String>, // scope=a&scope=b
///     remember: Option<bool>, // may be left out or empty
/// }
///
/// async fn login(Form(login): Form<Login>) -> String {
///     format!("Hello {}", login.username)
/// }
///
/// let app: Router = Router::new().route("/login/", post(login));
/// ```
///
/// As in [`Query`](crate::Query), values are coerced and the last of repeated ones counts. A browser
/// sends an empty text for a field that nobody has filled in, so that counts as left out, but for
/// the items of a `Vec`. `Form<Option<T>>` is `None` if there is no field of `T`.
///
/// Rejects with 422 and all bad fields; with 413 and 408 as [`Json`](crate::Json) does; and with 400
/// or 413 for what is more than [`FormLimits`] allows, or broken.
///
/// # What differs from FastAPI, on purpose
///
/// - A field that is missing has a null as its `input`, as FastAPI's single `Form()` fields have. For
///   a model of them FastAPI shows all that was sent.
/// - A multipart body that stops before its end is a 400. FastAPI takes what came before, so that
///   a list of files can be shorter than the one that was sent.
/// - Text before the first boundary is skipped, as RFC 2046 says; FastAPI's answer is a 400. A line
///   that starts with the boundary and goes on is a 400; to FastAPI it is content.
/// - There are limits that FastAPI does not have, see [`FormLimits`]. A boundary may be 256 bytes
///   long as there, the headers of a part 32 KiB and 32 in number, where it takes 8.
/// - For a file in the field of something else, `input` has its `filename`, its `size` and its
///   `headers`, and nothing of the object that FastAPI has in memory.
/// - The `charset` of a multipart body counts for nothing: what is UTF-8 is read so, and what is not
///   as Latin-1, FastAPI's default. What a urlencoded form has not percent-encoded is read as UTF-8
///   too; FastAPI reads Latin-1.
/// - In a [`union!`](crate::union!) of structs, an empty text counts as left out unless a candidate
///   has a list under its name. FastAPI decides that for each candidate.
/// - `Form<Option<T>>` of a struct with `deny_unknown_fields` is `None` if there are only unknown
///   fields; FastAPI reports them.
///
/// [form data]: https://fastapi.tiangolo.com/tutorial/request-forms/
#[derive(Clone, Copy, Debug)]
pub struct Form<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Form<T> {
    type Rejection = Rejection;

    async fn from_request(request: Request, _state: &S) -> Result<Self, Rejection> {
        let around = Around::of(request.extensions());
        let params = receive::<T>(request).await?;
        read("body", params.input::<T>(), around).map(Self)
    }
}

/// A name and what was sent under it.
pub(crate) type Field = (String, Sent<'static>);

/// Receives the fields that a `T` is read from.
pub(crate) async fn receive<T: DeserializeOwned>(
    request: Request,
) -> Result<Params<'static>, Rejection> {
    let limits = FormLimits::of(request.extensions());
    let fields = match content_type(request.headers()).as_str() {
        "application/x-www-form-urlencoded" => urlencoded(request, &limits).await?,
        #[cfg(feature = "multipart")]
        "multipart/form-data" => {
            crate::multipart::receive(request, limits, shape::keep::<T>).await?
        }
        _ => Vec::new(),
    };
    Ok(params::<T>(fields))
}

async fn urlencoded(request: Request, limits: &FormLimits) -> Result<Vec<Field>, Rejection> {
    let body = request.with_limited_body().into_body();
    let body = to_bytes(body, limits.memory).await.map_err(|error| not_received(&error))?;
    let sizes = body.split(|&byte| byte == b'&').map(<[u8]>::len).filter(|&size| size > 0);
    limits.check_fields(sizes.clone().count())?;
    // The sign between name and value is no part of either.
    if sizes.max().is_some_and(|size| size - 1 > limits.part_size) {
        let detail = format!("Field exceeded maximum size of {}KB.", limits.part_size / 1024);
        return Err(Rejection::raised(StatusCode::BAD_REQUEST, &detail));
    }
    let fields = form_urlencoded::parse(&body);
    Ok(fields
        .map(|(name, text)| (name.into_owned(), Sent::Text(text.into_owned().into())))
        .collect())
}

/// The fields without what counts as left out, which depends on what `T` reads.
fn params<T: DeserializeOwned>(fields: Vec<Field>) -> Params<'static> {
    let counts = counts_of_empty::<T>(&fields);
    let is_left_out = |(name, sent): &Field| match counts.get(name) {
        Some((Count::One, is_last_empty)) => *is_last_empty,
        Some((Count::Many, _)) => sent.is_empty_file(),
        Some((Count::Unknown, _)) | None => false,
    };
    let (left_out, fields): (Vec<_>, Vec<_>) = fields.into_iter().partition(is_left_out);
    let fields = fields.into_iter().map(|(name, sent)| (name.into(), sent));
    Params::of_form(fields, left_out.into_iter().map(|(name, _)| name).collect())
}

/// The names with an empty value: how many `T` reads of it, and whether the last one is empty.
fn counts_of_empty<T: DeserializeOwned>(fields: &[Field]) -> HashMap<String, (Count, bool)> {
    let mut counts: HashMap<String, (Count, bool)> = HashMap::new();
    for (name, sent) in fields {
        let is_empty = sent.is_empty_text() || sent.is_empty_file();
        if let Some((_, is_last_empty)) = counts.get_mut(name) {
            *is_last_empty = is_empty;
        } else if is_empty {
            counts.insert(name.clone(), (shape::count::<T>(name), true));
        }
    }
    counts
}
