//! Extractors that answer 422 as FastAPI does.
//!
//! axum's own extractors report the first bad field, as plain text, and do not coerce.
//! [`Path`], [`Query`], [`Header`], [`Cookie`], [`Form`], [`Json`] and [`Embed`] take the same plain
//! `#[derive(Deserialize)]` structs, coerce as Pydantic does (`"5"` is 5), and answer
//! `{"detail":[{"type","loc","msg","input"}, …]}` with every bad field of their source,
//! in the order of declaration. [`All`] gathers several sources into one answer:
//!
//! ```
//! use axum::{Router, routing::post};
//! use fastapi_extract::{All, Header, Json};
//! use serde::Deserialize;
//!
//! #[derive(Deserialize)]
//! struct Token {
//!     x_token: String, // the header X-Token
//! }
//!
//! #[derive(Deserialize)]
//! struct Item {
//!     title: String,
//!     description: Option<String>, // may be left out
//! }
//!
//! async fn create(All((Header(token), Json(item))): All<(Header<Token>, Json<Item>)>) {
//!     println!("{} creates {} {:?}", token.x_token, item.title, item.description);
//! }
//!
//! let app: Router = Router::new().route("/items/", post(create));
//! ```
//!
//! - A field that is a [`Secret`] is never shown.
//! - `Option<T>` may be left out, as `T | None = None`. For `T | None`, which may be null but must
//!   be there, give the field `#[serde(deserialize_with = "Option::deserialize")]`.
//! - What FastAPI writes as `Cat | Dog` is an enum with [`union!`]; a model that inherits from
//!   another one is a struct with [`flat`].
//! - [`Ruled`] has rules over several fields.
#![cfg_attr(
    feature = "utoipa",
    doc = "- Bounds, lengths and patterns are declared once, for the OpenAPI document and for [`Checked`]."
)]
#![cfg_attr(
    not(feature = "utoipa"),
    doc = "- Bounds, lengths and patterns come with the feature `utoipa`."
)]
#![cfg_attr(feature = "multipart", doc = "- A [`Form`] can have files in it, see [`UploadFile`].")]
#![cfg_attr(
    not(feature = "multipart"),
    doc = "- Files in a [`Form`] come with the feature `multipart`."
)]
//!
//! How it works: `lax.rs` is a serde `Deserializer` that never gives up. Where the input
//! does not fit what serde asks for, it notes the problem, hands serde a placeholder and
//! goes on. If anything was noted, the value is thrown away and the notes are the answer. Before
//! they leave, `mask.rs` takes out what is secret; `probe.rs` asks the type what that is.
//!
//! The tests send thousands of random requests and hundreds picked by hand here and to FastAPI
//! 0.165.0 with Pydantic 2.14.4, and the answers must be the same but for what is listed next, and
//! for forms [there](Form).
//!
//! # What differs from FastAPI, on purpose
//!
//! - Integers beyond 64 bits are 422 (`int_parsing_size`), and in a JSON body their
//!   `input` can be a float: Python has no largest integer. A smaller type sets its own
//!   bounds: 300 for a `u8` is `less_than_equal`.
//! - `-0` in a JSON body is the float -0.0 where it is sent back: serde_json reads it so.
//! - `0-1` and `0__1` are no integers. To Pydantic, which takes leading zeros away first,
//!   they are -1 and 1.
//! - `inf`, `nan` and overflow are 422 (`finite_number`). FastAPI accepts them, and then
//!   writes `null`, or a 500 if the handler has no return type. Written as bare numbers in
//!   a JSON body (`NaN`, `1e400`) they are `json_invalid`, as are half surrogate pairs, with
//!   words of our own in `ctx`: serde_json does not read them.
//! - A JSON body may be nested 127 deep, in Python about a thousand. What is deeper is a 400
//!   on both sides: a parser that calls itself must stop before its stack ends.
//! - `{"red":null}` is also the variant `red` of an enum: serde's long way to write it.
//! - A part of the path that is not UTF-8 is a 400. Starlette puts U+FFFD in its place, as
//!   both do in queries.
//! - A part of [`All`] that raises its own error answers before the body is read, so it
//!   wins over a malformed body. The parts of [`All`] report in the order written;
//!   FastAPI sorts parameters into path, query, header, cookie, body.
//! - A parameter that is missing shows null, as one in the signature of a FastAPI endpoint does, and
//!   so does a rule over several of them. For a model of parameters FastAPI shows all that was
//!   sent in that source, credentials in headers and cookies included.
//! - The name of a header has hyphens where its field has underscores. There is no counterpart of
//!   `convert_underscores=False` and of `alias="x_token"`: many proxies drop such headers.
//! - Of several names for one field (`#[serde(alias = "…")]`) a request may use one. Two of them
//!   are a `value_error`, where Pydantic's `AliasChoices` takes the first.
//! - `Json<Option<T>>` may be left out, and may be null. FastAPI can ask for a body that may be
//!   null but must be there.
//! - An enum is an `Enum` to the client (`enum`), where Python has a `Literal` too
//!   (`literal_error`).
//! - In a [`union!`], a tag that is a list or an object is quoted as `[...]` or `{...}`. Of unions
//!   of structs with flattened fields, those candidates count every field that was sent, known or
//!   not. A union that could read a request in too many ways, because it is inside itself, is a
//!   422 (`value_error`).
//! - Nobody needs more than a thousand problems: reading stops there. What they show of the
//!   request is at most 1 MiB of JSON: the first `input` that would be more, and all after it,
//!   are left out. Where the names in `loc` come to 1 MiB, so are the problems after that.
//! - Octal escapes in quoted cookies, and bodies in UTF-16, are not decoded.
//! - The value of a [`Secret`] is `"**********"` in every `input`. FastAPI shows what was sent for
//!   a `SecretStr`, in its own problem and in those of the objects around it. If a value has not
//!   the shape of its type and that has a secret in it, all of the value is `"**********"`. So is
//!   what cannot be looked into: the values of a map that refuses each of its keys, the items of
//!   a tuple behind one that refuses placeholders, names of an object after some thousands.
//! - The `loc` of a key that does not fit its map lacks Pydantic's `"[key]"` at the end.
//!
//! # Types that are no numbers, texts or structs
//!
//! These are read as Pydantic reads their counterparts, with its words for what is wrong; those
//! of other crates need the feature of that name:
//!
//! | type | in Python |
//! | --- | --- |
//! | `char` | `str` of length 1 |
//! | unsigned `NonZero…` | `PositiveInt`, with the bound of its type |
//! | [`std::time::Duration`] | `timedelta` with `ge=timedelta(0)` |
//! | `IpAddr`, `Ipv4Addr`, `Ipv6Addr` | `IPvAnyAddress`, `IPv4Address`, `IPv6Address` |
//! | `jiff::civil::Date`, `Time` | `date`, `time` |
//! | `jiff::civil::DateTime` | `NaiveDatetime` |
//! | `jiff::Timestamp`, `ZonedDateTime` | `AwareDatetime` |
//! | `jiff::SignedDuration`, `Span` | `timedelta` |
//! | `rust_decimal::Decimal` | `Decimal` |
//! | `url::Url` | `AnyUrl` |
//! | `uuid::Uuid` | `UUID` |
//!
//! What differs, on purpose:
//!
//! - A plain `datetime` of Python's may have an offset from UTC or not, and no type of `jiff` is
//!   like that. Here, numbers are moments in UTC, so a civil `DateTime` is not read from one. A
//!   civil `Time` is read from the seconds since midnight, but not from a text with an offset
//!   (`timezone_naive`).
//! - A `ZonedDateTime` has the offset that was sent as its time zone. `[Europe/Paris]` behind it
//!   is read, too, if `jiff` has a time zone database.
//! - Nanoseconds are kept in dates, times and ISO 8601 durations: Python has microseconds. In a
//!   `Span`, `P1M` is a month; in the other durations it is 30 days.
//! - The last day of the year 9999 is `date value out of range` where it has an offset, and a
//!   `Span` has at most 7,304,484 days.
//! - `{"secs":1,"nanos":0}` is also a `std::time::Duration`: serde's way to write it. The `input`
//!   of a negative one is what was sent, in FastAPI the seconds.
//! - A `Decimal` has 28 digits, or 29 if that is at most 2^96 - 1, and 28 of them may be
//!   after the point. Any other number is refused (`decimal_max_digits`, `decimal_max_places`),
//!   unless zeros at the end can be left out. A JSON number beyond 64 bits is refused as well,
//!   because serde_json rounds it: send it as a text. Digits are those of ASCII.
//! - An IPv6 address has no zone (`%eth0`), and in a JSON body it is no number beyond 64 bits.
//! - What is wrong inside a UUID or a URL is said by the crates `uuid` and `url`, as Pydantic's
//!   core does, but not in the same version: `URN:UUID:…` is read, and lengths in braces differ.
//! - A signed `NonZero…` that is 0 is a `value_error`.
//!
//! # Where serde sets the limits
//!
//! - A `Deserialize` written by hand that wants a field only sometimes may see it reported as
//!   missing where it is not needed, but only in a request that is refused anyway.
//! - What serde's derive makes of `#[serde(flatten)]`, of untagged and of internally tagged
//!   enums is buffered: inside them nothing is coerced, and the first problem is the only one
//!   (`value_error`). [`flat`] and [`union!`] read the same types from the request itself.
//!   Secrets in a buffer cannot be found, so they are refused with a 500, see [`Secret`].
//! - serde does not tell the names of a struct with a flattened field. Its own fields are
//!   reported in the order of the request, and then those that are missing; so are those of a
//!   struct variant. If it is sent as something else than an object, that is not shown, for it
//!   could have a secret. Of a repeated parameter, a flattened map takes the one that counts,
//!   where FastAPI makes a list of them.
//! - A type that refuses its value (`#[serde(try_from = "…")]`) becomes a `value_error` with its
//!   words, like a `ValueError` in a Pydantic validator. It ends the reading of its struct, so the
//!   request is read again without that value, at most 16 times: what the next one that is refused
//!   would hide stays hidden. The same goes for a missing field whose type refuses every
//!   placeholder. Missing fields that are declared after either, and all fields of structs that are
//!   flattened beside it, are not reported until another request has shown that they are there;
//!   items after it in a tuple never are. In a candidate of a [`union!`] without a tag it ends the
//!   reading of that candidate.
//! - `#[serde(deny_unknown_fields)]` ends it at the first unknown field (`extra_forbidden`),
//!   after the problems of the known ones.

mod aliases;
mod all;
mod body;
#[cfg(feature = "utoipa")]
mod checked;
#[cfg(feature = "utoipa")]
mod checks;
#[cfg(feature = "utoipa")]
mod constraints;
#[cfg(not(feature = "utoipa"))]
#[path = "unconstrained.rs"]
mod constraints;
mod embed;
mod entries;
mod flat;
mod foreign;
mod form;
mod json;
mod json_scan;
mod json_syntax;
mod lax;
mod limits;
mod mask;
#[cfg(feature = "multipart")]
mod multipart;
mod notes;
#[cfg(feature = "multipart")]
mod options;
mod params;
mod path;
mod probe;
mod refused;
mod rejection;
mod required;
mod rules;
mod scalar;
#[cfg(feature = "utoipa")]
mod schemas;
mod secret;
mod shape;
mod shown;
mod spy;
mod union;
#[cfg(feature = "multipart")]
mod upload;

#[cfg(test)]
mod tests;

pub use all::All;
#[cfg(feature = "utoipa")]
pub use checked::{Checked, HasSchema, SchemaError};
pub use embed::Embed;
pub use flat::flat;
pub use form::Form;
pub use json::Json;
pub use limits::FormLimits;
pub use params::{Cookie, Header, Query};
pub use path::Path;
pub use rejection::{HideInput, Problem, Refusal, Rejection};
pub use rules::{Report, Ruled, Rules};
pub use secret::{Secret, secret};
#[cfg(feature = "multipart")]
pub use upload::{FileBytes, FileName, UploadFile, UploadReader};

/// What the code of [`union!`] needs.
#[doc(hidden)]
pub mod __private {
    pub use serde::{Deserialize, Deserializer};

    pub use crate::union::{Union, deserialize as deserialize_union};
}
