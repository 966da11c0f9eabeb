//! What is text and has a name: query, headers, cookies; and the path, in `path.rs`.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::collections::{HashMap, HashSet};

use axum::extract::FromRequestParts;
use axum::http::header::COOKIE;
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderValue};
use serde::de::DeserializeOwned;

use crate::entries::{Entry, Step};
use crate::lax::Input;
use crate::notes::{Around, read};
use crate::rejection::Rejection;
use crate::shape;
use crate::shown::Shown;
#[cfg(feature = "multipart")]
use crate::upload::UploadFile;

/// The query string, as the struct `T`: FastAPI's [query parameters].
///
/// The last of repeated values counts; a `Vec` field takes all of them. Values are
/// coerced, `Option` and `#[serde(default)]` fields may be left out, names that `T` does
/// not have are ignored. `Query<Option<T>>` is `None` if no field of `T` was sent. Rejects with 422 and all bad fields.
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
        let pairs =
            parts.headers.iter().map(|(name, value)| (name.as_str().into(), header_text(value)));
        let params = Params::new("header", pairs);
        params.read(&parts.extensions).map(Self)
    }
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Cookie<T> {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Rejection> {
        let headers: Vec<_> = parts.headers.get_all(COOKIE).iter().map(header_text).collect();
        let cookies = headers.iter().flat_map(|header| header.split(';')).map(cookie);
        let params = Params::new("cookie", cookies);
        params.read(&parts.extensions).map(Self)
    }
}

/// Header values are bytes; like Starlette, read them as Latin-1, which always works.
pub(crate) fn header_text(value: &HeaderValue) -> Cow<'_, str> {
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

/// All that one source has.
pub(crate) struct Params<'r> {
    /// The first part of every `loc`.
    source: &'static str,
    /// Each name once, in the order of the request.
    params: Vec<Param<'r>>,
    /// Where a name is in there.
    index: HashMap<Cow<'r, str>, usize>,
    /// The names of fields that were sent and count as left out, because they are empty.
    left_out: HashSet<String>,
}

/// A value.
pub(crate) enum Sent<'r> {
    Text(Cow<'r, str>),
    /// Only in a form.
    #[cfg(feature = "multipart")]
    File(UploadFile),
}

impl Sent<'_> {
    pub(crate) fn is_empty_text(&self) -> bool {
        matches!(self, Self::Text(text) if text.is_empty())
    }

    /// What a browser sends for a file that nobody chose.
    pub(crate) fn is_empty_file(&self) -> bool {
        match self {
            Self::Text(_) => false,
            #[cfg(feature = "multipart")]
            Self::File(file) => file.is_left_empty(),
        }
    }

    fn input(&self) -> Input<'_> {
        match self {
            Self::Text(text) => Input::Text(text),
            #[cfg(feature = "multipart")]
            Self::File(file) => Input::File(file),
        }
    }
}

/// All values that a request has under one name.
pub(crate) struct Param<'r> {
    name: Cow<'r, str>,
    values: Vec<Sent<'r>>,
    /// Where one is asked for, the first of them counts, or else the last.
    first_counts: bool,
    /// What a struct's field is called, if it is asked for.
    field: OnceCell<String>,
}

impl Param<'_> {
    pub(crate) fn all(&self) -> impl Iterator<Item = Input<'_>> {
        self.values.iter().map(Sent::input)
    }

    /// The value that counts where one is asked for.
    pub(crate) fn one(&self) -> Input<'_> {
        let one = if self.first_counts { self.values.first() } else { self.values.last() };
        one.map_or(Input::Text(""), Sent::input)
    }
}

impl<'r> Params<'r> {
    pub(crate) fn new(
        source: &'static str,
        pairs: impl IntoIterator<Item = (Cow<'r, str>, Cow<'r, str>)>,
    ) -> Self {
        let values = pairs.into_iter().map(|(name, text)| (name, Sent::Text(text)));
        Self::of_values(source, values, HashSet::new())
    }

    /// All fields of a form but those that count as left out, of which it takes the names.
    pub(crate) fn of_form(
        fields: impl IntoIterator<Item = (Cow<'r, str>, Sent<'r>)>,
        left_out: HashSet<String>,
    ) -> Self {
        Self::of_values("body", fields, left_out)
    }

    fn of_values(
        source: &'static str,
        values: impl IntoIterator<Item = (Cow<'r, str>, Sent<'r>)>,
        left_out: HashSet<String>,
    ) -> Self {
        let mut this = Self { source, params: Vec::new(), index: HashMap::new(), left_out };
        let first_counts = this.are_headers();
        for (name, value) in values {
            let index = *this.index.entry(name.clone()).or_insert(this.params.len());
            match this.params.get_mut(index) {
                Some(param) => param.values.push(value),
                None => this.params.push(Param {
                    name,
                    values: vec![value],
                    first_counts,
                    field: OnceCell::new(),
                }),
            }
        }
        this
    }

    pub(crate) fn read<T: DeserializeOwned>(
        &self,
        extensions: &Extensions,
    ) -> Result<T, Rejection> {
        read(self.source, self.input::<T>(), Around::of(extensions))
    }

    /// What a `T` is read from. An `Option` is none if no field of its struct was sent.
    pub(crate) fn input<T: DeserializeOwned>(&self) -> Input<'_> {
        let is_sent =
            |key: &&'static str| self.field(key).is_some() || self.left_out.contains(*key);
        match shape::names::<T>() {
            Some(fields) if !fields.iter().any(is_sent) && shape::may_be_left_out::<T>() => {
                Input::Missing(Shown::NOTHING)
            }
            _ => Input::Params(self),
        }
    }

    fn are_headers(&self) -> bool {
        self.source == "header"
    }

    /// What a struct's field is called in a `loc`.
    pub(crate) fn alias<'f>(&self, field: &'f str) -> Cow<'f, str> {
        match field.contains('_') && self.are_headers() {
            true => field.replace('_', "-").into(),
            false => field.into(),
        }
    }

    /// What it is called in the request, in which the names of headers are in lower case.
    fn sent_name<'f>(&self, field: &'f str) -> Cow<'f, str> {
        match self.alias(field) {
            name if self.are_headers() && name.bytes().any(|byte| byte.is_ascii_uppercase()) => {
                name.to_ascii_lowercase().into()
            }
            name => name,
        }
    }

    /// What the request has for a struct's field.
    pub(crate) fn param(&self, field: &str) -> Option<&Param<'_>> {
        self.params.get(*self.index.get(self.sent_name(field).as_ref())?)
    }

    /// The same for serde.
    pub(crate) fn field(&self, key: &'static str) -> Option<Entry<'_>> {
        let input = Input::Param(self.param(key)?);
        Some(Entry { key, step: Step::Name(self.alias(key)), input })
    }

    /// The first of no field. A header that is really called x_token is none either: serde would
    /// take it for the field.
    pub(crate) fn unknown(&self, fields: &[&str]) -> Option<Entry<'_>> {
        let sent = fields.iter().map(|field| self.sent_name(field));
        let known: HashSet<_> = fields.iter().map(|field| Cow::from(*field)).chain(sent).collect();
        self.entries().find(|entry| !known.contains(entry.key))
    }

    /// The only parameter, where there is one.
    pub(crate) fn only(&self) -> Option<(&str, &str)> {
        match self.params.as_slice() {
            [Param { name, values, .. }] => match values.as_slice() {
                [Sent::Text(text)] => Some((name, text)),
                _ => None,
            },
            _ => None,
        }
    }

    /// Each name once.
    pub(crate) fn entries(&self) -> impl Iterator<Item = Entry<'_>> {
        self.params.iter().map(|param| Entry::named(&param.name, Input::Param(param)))
    }

    /// The same, under the names that a struct has for them.
    pub(crate) fn fields(&self) -> impl Iterator<Item = Entry<'_>> {
        let are_headers = self.are_headers();
        self.params.iter().map(move |param| {
            let field = || param.name.replace('-', "_");
            let key = if are_headers { param.field.get_or_init(field) } else { &*param.name };
            Entry { key, ..Entry::named(&param.name, Input::Param(param)) }
        })
    }
}
