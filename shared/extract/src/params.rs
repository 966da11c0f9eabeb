//! What is text and has a name: query, headers, cookies; and the path, in `path.rs`.

use std::borrow::Cow;
use std::collections::HashSet;

use axum::extract::FromRequestParts;
use axum::http::header::COOKIE;
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderValue};
use serde::de::DeserializeOwned;

use crate::entries::Entry;
use crate::lax::Input;
use crate::notes::read;
use crate::rejection::{HideInput, Rejection};
use crate::text::Text;

/// The query string, as the struct `T`: FastAPI's [query parameters].
///
/// The last of repeated values counts; a `Vec` field takes all of them. Values are
/// coerced, `Option` and `#[serde(default)]` fields may be left out, names that `T` does
/// not have are ignored. Rejects with 422 and all bad fields.
///
/// [query parameters]: https://fastapi.tiangolo.com/tutorial/query-params/
#[derive(Clone, Copy, Debug)]
pub struct Query<T>(pub T);

/// Headers, as the struct `T`: FastAPI's [header parameters].
///
/// The field `x_token` is the header `x-token`, in any case. The first of repeated values counts; a
/// `Vec` field takes all of them. Otherwise as [`Query`].
///
/// [header parameters]: https://fastapi.tiangolo.com/tutorial/header-params/
#[derive(Clone, Copy, Debug)]
pub struct Header<T>(pub T);

/// Cookies, as the struct `T`: FastAPI's [cookie parameters].
///
/// The field `last_query` is the cookie `last_query`. The last of repeated values counts.
/// Otherwise as [`Query`].
///
/// [cookie parameters]: https://fastapi.tiangolo.com/tutorial/cookie-params/
#[derive(Clone, Copy, Debug)]
pub struct Cookie<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Rejection> {
        let query = parts.uri.query().unwrap_or_default();
        let params = Params::new("query", form_urlencoded::parse(query.as_bytes()));
        params.read(&parts.extensions).map(Self)
    }
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Header<T> {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Rejection> {
        let pairs = parts.headers.iter().map(|(name, value)| (name.as_str().into(), text(value)));
        let params = Params::new("header", pairs);
        params.read(&parts.extensions).map(Self)
    }
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Cookie<T> {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Rejection> {
        let headers: Vec<_> = parts.headers.get_all(COOKIE).iter().map(text).collect();
        let cookies = headers.iter().flat_map(|header| header.split(';')).map(cookie);
        let params = Params::new("cookie", cookies);
        params.read(&parts.extensions).map(Self)
    }
}

/// Header values are bytes; like Starlette, read them as Latin-1, which always works.
fn text(value: &HeaderValue) -> Cow<'_, str> {
    match value.to_str() {
        Ok(ascii) => ascii.into(),
        Err(_) => value.as_bytes().iter().copied().map(char::from).collect(),
    }
}

/// ` name = "value" `: blanks and one pair of quotes do not belong to it.
fn cookie(pair: &str) -> (Cow<'_, str>, Cow<'_, str>) {
    let (name, value) = pair.split_once('=').unwrap_or(("", pair));
    let (name, value) = (name.trim(), value.trim());
    let quoted = value.strip_prefix('"').and_then(|value| value.strip_suffix('"'));
    (name.into(), quoted.unwrap_or(value).into())
}

/// All that one source has, in the order of the request.
pub(crate) struct Params<'r> {
    /// The first part of every `loc`.
    source: &'static str,
    pairs: Vec<(Cow<'r, str>, Text<'r>)>,
}

impl<'r> Params<'r> {
    pub(crate) fn new(
        source: &'static str,
        pairs: impl IntoIterator<Item = (Cow<'r, str>, Cow<'r, str>)>,
    ) -> Self {
        let pairs = pairs.into_iter().map(|(name, value)| (name, value.into()));
        Self { source, pairs: pairs.collect() }
    }

    pub(crate) fn read<T: DeserializeOwned>(
        &self,
        extensions: &Extensions,
    ) -> Result<T, Rejection> {
        read(self.source, Input::Params(self), HideInput::is_set(extensions))
    }

    fn are_headers(&self) -> bool {
        self.source == "header"
    }

    /// What a struct's field is called in the request.
    pub(crate) fn alias<'f>(&self, field: &'f str) -> Cow<'f, str> {
        if self.are_headers() { header_name(field).collect() } else { field.into() }
    }

    fn is_alias(&self, name: &str, field: &str) -> bool {
        if self.are_headers() { header_name(field).eq(name.chars()) } else { field == name }
    }

    fn names(&self) -> impl Iterator<Item = &str> {
        self.pairs.iter().map(|(name, _)| name.as_ref())
    }

    /// The name in the request of a struct's field.
    pub(crate) fn name_of(&self, field: &str) -> Option<&str> {
        self.names().find(|name| self.is_alias(name, field))
    }

    /// The first name of no field. A header that is really called x_token is none either:
    /// serde would take it for the field.
    pub(crate) fn unknown(&self, fields: &[&str]) -> Option<&str> {
        let is_known =
            |name| fields.iter().any(|field| *field == name || self.is_alias(name, field));
        self.names().find(|name| !is_known(name))
    }

    /// All values under this name.
    pub(crate) fn all(&self, name: &str) -> impl DoubleEndedIterator<Item = &Text<'r>> {
        let pairs = self.pairs.iter().filter(move |(other, _)| other == name);
        pairs.map(|(_, text)| text)
    }

    /// The value that counts where one is asked for.
    pub(crate) fn one(&self, name: &str) -> Option<&Text<'r>> {
        let mut values = self.all(name);
        if self.are_headers() { values.next() } else { values.next_back() }
    }

    /// The only parameter, where there is one.
    pub(crate) fn only(&self) -> Option<(&str, &Text<'r>)> {
        match self.pairs.as_slice() {
            [(name, text)] => Some((name, text)),
            _ => None,
        }
    }

    /// Each name once.
    pub(crate) fn entries(&self) -> impl Iterator<Item = Entry<'_>> {
        let mut seen = HashSet::new();
        let new = self.names().filter(move |name| seen.insert(*name));
        new.map(|name| Entry::named(name, Input::Param(self, name)))
    }
}

/// `X_Token` is `x-token`.
fn header_name(field: &str) -> impl Iterator<Item = char> {
    field.chars().map(|char| if char == '_' { '-' } else { char.to_ascii_lowercase() })
}
