//! The routes of `tests/fastapi/extract_types.py`, with our extractors.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::num::NonZeroU16;
use std::time::Duration;

use axum::Router;
use axum::routing::{get, post};
use fastapi_extract::{Cookie, Header, Json, Path, Query};
use jiff::civil::{self, Date, DateTime, Time};
use jiff::{SignedDuration, Span, SpanRelativeTo, Timestamp, ZonedDateTime};
use rust_decimal::Decimal;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use url::Url;
use uuid::Uuid;

use super::unions;

/// A value in a way that both languages can show it.
pub trait Show {
    fn show(&self) -> Value;
}

macro_rules! show {
    ($($type:ty: $value:ident => $shown:expr,)*) => {$(
        impl Show for $type {
            fn show(&self) -> Value {
                let $value = self;
                json!($shown)
            }
        }
    )*};
}

show! {
    Uuid: value => value.to_string(),
    Date: value => value.to_string(),
    Time: value => clock(value.duration_since(Time::midnight())),
    DateTime: value => clock(value.duration_since(civil::date(1970, 1, 1).at(0, 0, 0, 0))),
    Timestamp: value => clock(value.duration_since(Timestamp::UNIX_EPOCH)),
    ZonedDateTime: value => value.timestamp().show(),
    SignedDuration: value => micros(*value),
    Span: value => micros(span(value)),
    Duration: value => micros(SignedDuration::try_from(*value).expect("in range")),
    Decimal: value => if value.is_zero() { value.abs() } else { *value }.to_string(),
    Url: value => value.as_str(),
    NonZeroU16: value => value.get(),
    char: value => value.to_string(),
    Ipv4Addr: value => [json!(4), json!(value.to_bits().to_string())],
    Ipv6Addr: value => [json!(6), json!(value.to_bits().to_string())],
}

impl Show for IpAddr {
    fn show(&self) -> Value {
        match self {
            Self::V4(address) => address.show(),
            Self::V6(address) => address.show(),
        }
    }
}

impl<T: Show> Show for Option<T> {
    fn show(&self) -> Value {
        self.as_ref().map_or(Value::Null, Show::show)
    }
}

impl<T: Show> Show for Vec<T> {
    fn show(&self) -> Value {
        self.iter().map(Show::show).collect()
    }
}

impl<T: Show> Show for BTreeMap<Uuid, T> {
    fn show(&self) -> Value {
        self.iter().map(|(id, value)| (id.to_string(), value.show())).collect()
    }
}

/// In Python's unit, of which it does not read fractions.
fn clock(duration: SignedDuration) -> String {
    duration.as_nanos().div_euclid(1_000).to_string()
}

/// In Python's unit, to which it rounds. Of these, more fit in a `timedelta` than in a number.
fn micros(duration: SignedDuration) -> String {
    let nanos = duration.as_nanos();
    ((nanos + nanos.signum() * 500) / 1_000).to_string()
}

/// A year of 365 days and a month of 30 days: Pydantic's.
fn span(span: &Span) -> SignedDuration {
    let days = i64::from(span.get_years()) * 365 + i64::from(span.get_months()) * 30;
    let rest = span.years(0).months(0);
    SignedDuration::from_hours(24 * days)
        + rest.to_duration(SpanRelativeTo::days_are_24_hours()).expect("in range")
}

/// A struct whose fields are all shown.
macro_rules! shown {
    (struct $name:ident { $($field:ident: $type:ty,)* }) => {
        #[derive(Deserialize)]
        struct $name { $($field: $type,)* }

        impl Show for $name {
            fn show(&self) -> Value {
                let fields = [$((stringify!($field).to_owned(), self.$field.show()),)*];
                Value::from(Map::from_iter(fields))
            }
        }
    };
}

shown! {
    struct All {
        uuid: Uuid,
        date: Date,
        time: Time,
        naive: DateTime,
        timestamp: Timestamp,
        zoned: ZonedDateTime,
        duration: SignedDuration,
        span: Span,
        elapsed: Duration,
        decimal: Decimal,
        url: Url,
        port: NonZeroU16,
        ip: IpAddr,
        ipv4: Ipv4Addr,
        ipv6: Ipv6Addr,
        char: char,
        maybe: Option<Uuid>,
        prices: Vec<Decimal>,
        ports: BTreeMap<Uuid, NonZeroU16>,
    }
}

shown! {
    struct Parameters {
        uuid: Uuid,
        day: Date,
        at: Time,
        naive: DateTime,
        timestamp: Timestamp,
        duration: SignedDuration,
        decimal: Decimal,
        url: Url,
        port: NonZeroU16,
        ip: IpAddr,
        char: char,
    }
}

shown! {
    struct Maybe {
        uuid: Option<Uuid>,
        day: Option<Date>,
        decimal: Option<Decimal>,
        elapsed: Option<Duration>,
        port: Option<NonZeroU16>,
        urls: Vec<Url>,
    }
}

#[derive(Deserialize)]
struct One<T> {
    value: T,
}

/// One value, from the body, from the query and from the path.
fn one<T: Show + DeserializeOwned + Send + 'static>(name: &str) -> Router {
    let body = post(async |Json(value): Json<T>| Json(value.show()));
    let query = get(async |Query(One { value }): Query<One<T>>| Json(value.show()));
    let path = get(async |Path(value): Path<T>| Json(value.show()));
    Router::new()
        .route(&format!("/types/one/{name}"), body.merge(query))
        .route(&format!("/types/one/{name}/{{value}}"), path)
}

pub fn router() -> Router {
    let path = "/types/path/{uuid}/{day}/{at}/{naive}/{timestamp}/{duration}/{decimal}/{url}/\
                {port}/{ip}/{char}";
    unions::router()
        .merge(one::<Uuid>("uuid"))
        .merge(one::<Date>("date"))
        .merge(one::<Time>("time"))
        .merge(one::<DateTime>("naive"))
        .merge(one::<Timestamp>("timestamp"))
        .merge(one::<ZonedDateTime>("zoned"))
        .merge(one::<SignedDuration>("duration"))
        .merge(one::<Span>("span"))
        .merge(one::<Duration>("elapsed"))
        .merge(one::<Decimal>("decimal"))
        .merge(one::<Url>("url"))
        .merge(one::<NonZeroU16>("port"))
        .merge(one::<IpAddr>("ip"))
        .merge(one::<Ipv4Addr>("ipv4"))
        .merge(one::<Ipv6Addr>("ipv6"))
        .merge(one::<char>("char"))
        .route("/types/all", post(async |Json(all): Json<All>| Json(all.show())))
        .route(path, get(async |Path(all): Path<Parameters>| Json(all.show())))
        .route("/types/query", get(async |Query(all): Query<Parameters>| Json(all.show())))
        .route("/types/header", get(async |Header(all): Header<Parameters>| Json(all.show())))
        .route("/types/cookie", get(async |Cookie(all): Cookie<Parameters>| Json(all.show())))
        .route("/types/maybe", get(async |Query(maybe): Query<Maybe>| Json(maybe.show())))
}
