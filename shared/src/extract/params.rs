//! What is text and has a name: query, headers, cookies; and the path, in `path.rs`.

use std::borrow::Cow;
use std::collections::HashSet;

use axum::extract::{FromRequestParts, Query as Pairs};
use axum::http::header::COOKIE;
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderValue};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::entries::Entry;
use super::lax::Input;
use super::notes::read;
use super::rejection::{HideInput, Rejection};

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
        let Pairs(pairs) = Pairs::<Vec<(String, String)>>::try_from_uri(&parts.uri)?;
        let params = Params::new("query", pairs);
        params.read(&parts.extensions).map(Self)
    }
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Header<T> {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Rejection> {
        let pair = |(name, value): (_, &HeaderValue)| (ToString::to_string(&name), text(value));
        let params = Params::new("header", parts.headers.iter().map(pair));
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
fn text(value: &HeaderValue) -> String {
    value.as_bytes().iter().copied().map(char::from).collect()
}

/// ` name = "value" `: blanks and one pair of quotes do not belong to it.
fn cookie(pair: &str) -> (String, String) {
    let (name, value) = pair.split_once('=').unwrap_or(("", pair));
    let (name, value) = (name.trim(), value.trim());
    let quoted = value.strip_prefix('"').and_then(|value| value.strip_suffix('"'));
    (name.to_owned(), quoted.unwrap_or(value).to_owned())
}

/// All that one source has, in the order of the request.
pub(super) struct Params {
    /// The first part of every `loc`.
    source: &'static str,
    pairs: Vec<(String, Value)>,
}

impl Params {
    pub(super) fn new(
        source: &'static str,
        pairs: impl IntoIterator<Item = (String, String)>,
    ) -> Self {
        let pairs = pairs.into_iter().map(|(name, value)| (name, value.into()));
        Self { source, pairs: pairs.collect() }
    }

    fn are_headers(&self) -> bool {
        self.source == "header"
    }

    /// What a struct's field is called in the request.
    pub(super) fn alias<'f>(&self, field: &'f str) -> Cow<'f, str> {
        if self.are_headers() {
            field.replace('_', "-").to_ascii_lowercase().into()
        } else {
            field.into()
        }
    }

    pub(super) fn read<T: DeserializeOwned>(
        &self,
        extensions: &Extensions,
    ) -> Result<T, Rejection> {
        read(self.source, Input::Params(self)).map_err(|problems| {
            Rejection::Invalid(problems).hiding_input(HideInput::is_set(extensions))
        })
    }

    /// All values under this name.
    pub(super) fn all(&self, name: &str) -> impl DoubleEndedIterator<Item = &Value> {
        let pairs = self.pairs.iter().filter(move |(other, _)| other == name);
        pairs.map(|(_, value)| value)
    }

    /// The value that counts where one is asked for.
    pub(super) fn one(&self, name: &str) -> &Value {
        let mut values = self.all(name);
        let value = if self.are_headers() { values.next() } else { values.next_back() };
        value.unwrap_or(&Value::Null)
    }

    /// The only parameter, where there is one.
    pub(super) fn only(&self) -> Option<(&str, &Value)> {
        match self.pairs.as_slice() {
            [(name, value)] => Some((name, value)),
            _ => None,
        }
    }

    /// Each name once.
    pub(super) fn entries(&self) -> impl Iterator<Item = Entry<'_>> {
        let mut seen = HashSet::new();
        let names = self.pairs.iter().map(|(name, _)| name.as_str());
        let new = names.filter(move |name| seen.insert(*name));
        new.map(|name| Entry::named(name, Input::Param(self, name)))
    }
}
