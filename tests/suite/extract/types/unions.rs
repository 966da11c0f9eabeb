//! The same types as candidates of unions: which of them a value is read as.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::num::NonZeroU16;
use std::time::Duration;

use axum::Router;
use axum::routing::post;
use fastapi_extract::Json;
use jiff::civil::{Date, DateTime, Time};
use jiff::{SignedDuration, Timestamp};
use rust_decimal::Decimal;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use url::Url;
use uuid::Uuid;

use super::app::Show;
use crate::extract::Sent;

/// Each union, and the parts of the table that have values for its candidates.
pub const UNIONS: [(&str, &[&str]); 12] = [
    ("uuid-decimal-int", &["uuid", "decimal"]),
    ("date-timestamp-int", &["date", "timestamp"]),
    ("naive-date-float", &["naive", "date"]),
    ("duration-time-bool", &["duration", "time"]),
    ("float-decimal-url", &["decimal", "url"]),
    ("char-int-uuid", &["char", "uuid"]),
    ("port-float-ip", &["port", "ip"]),
    ("ip-str-int", &["ip"]),
    ("str-uuid-date", &["uuid", "date"]),
    ("elapsed-int-decimal", &["elapsed", "decimal"]),
    ("int-char", &["char"]),
    ("ipv4-int-ipv6", &["ipv4", "ipv6"]),
];

macro_rules! show {
    ($($type:ty),+) => {$(
        impl Show for $type {
            fn show(&self) -> Value {
                json!(self)
            }
        }
    )+};
}

show!(bool, i64, f64, String);

/// A variant is named as the class of its values in Python, and shown with them.
macro_rules! unions {
    ($($union:ident { $($variant:ident($type:ty) = $label:literal),+ $(,)? })+) => {$(
        enum $union { $($variant($type)),+ }

        fastapi_extract::union!($union { $($variant = $label),+ });

        impl Show for $union {
            fn show(&self) -> Value {
                match self {
                    $(Self::$variant(value) => {
                        json!([stringify!($variant).to_lowercase(), value.show()])
                    })+
                }
            }
        }
    )+};
}

unions! {
    UuidDecimalInt { Uuid(Uuid) = "uuid", Decimal(Decimal) = "decimal", Int(i64) = "int" }
    DateTimestampInt { Date(Date) = "date", DateTime(Timestamp) = "datetime", Int(i64) = "int" }
    NaiveDateFloat { DateTime(DateTime) = "datetime", Date(Date) = "date", Float(f64) = "float" }
    DurationTimeBool {
        TimeDelta(SignedDuration) = "timedelta",
        Time(Time) = "time",
        Bool(bool) = "bool",
    }
    FloatDecimalUrl {
        Float(f64) = "float",
        Decimal(Decimal) = "decimal",
        AnyUrl(Url) = "function-wrap[wrap_val()]",
    }
    CharIntUuid { Str(char) = "constrained-str", Int(i64) = "int", Uuid(Uuid) = "uuid" }
    PortFloatIp {
        Int(NonZeroU16) = "constrained-int",
        Float(f64) = "float",
        Ip(IpAddr) = "function-plain[_validate()]",
    }
    IpStrInt { Ip(IpAddr) = "function-plain[_validate()]", Str(String) = "str", Int(i64) = "int" }
    StrUuidDate { Str(String) = "str", Uuid(Uuid) = "uuid", Date(Date) = "date" }
    ElapsedIntDecimal {
        TimeDelta(Duration) = "timedelta",
        Int(i64) = "int",
        Decimal(Decimal) = "decimal",
    }
    IntChar { Int(i64) = "int", Str(char) = "constrained-str" }
    Ipv4IntIpv6 {
        Ipv4Address(Ipv4Addr) = "lax-or-strict[lax=function-plain[ip_v4_address_validator()],strict=json-or-python[json=function-after[IPv4Address(), str],python=is-instance[IPv4Address]]]",
        Int(i64) = "int",
        Ipv6Address(Ipv6Addr) = "lax-or-strict[lax=function-plain[ip_v6_address_validator()],strict=json-or-python[json=function-after[IPv6Address(), str],python=is-instance[IPv6Address]]]",
    }
}

pub fn router() -> Router {
    fn list<T: Show + DeserializeOwned + Send + 'static>(name: &str) -> Router {
        let handler = async |Json(values): Json<Vec<T>>| Json(values.show());
        Router::new().route(&format!("/types/union/{name}"), post(handler))
    }
    Router::new()
        .merge(list::<UuidDecimalInt>("uuid-decimal-int"))
        .merge(list::<DateTimestampInt>("date-timestamp-int"))
        .merge(list::<NaiveDateFloat>("naive-date-float"))
        .merge(list::<DurationTimeBool>("duration-time-bool"))
        .merge(list::<FloatDecimalUrl>("float-decimal-url"))
        .merge(list::<CharIntUuid>("char-int-uuid"))
        .merge(list::<PortFloatIp>("port-float-ip"))
        .merge(list::<IpStrInt>("ip-str-int"))
        .merge(list::<StrUuidDate>("str-uuid-date"))
        .merge(list::<ElapsedIntDecimal>("elapsed-int-decimal"))
        .merge(list::<IntChar>("int-char"))
        .merge(list::<Ipv4IntIpv6>("ipv4-int-ipv6"))
}

/// What both answer alike.
pub fn alike() -> Vec<(Sent, &'static str)> {
    let union =
        |name: &str, json: &'static str| Sent::post_json(format!("/types/union/{name}"), json);
    vec![
        // A UUID, a date or a decimal is made from a text or a number, so it is coerced.
        (union("str-uuid-date", r#"["67e55044-10b1-426f-9247-bb680e5fe0c8","2020-01-01"]"#), {
            r#"200 [["str","67e55044-10b1-426f-9247-bb680e5fe0c8"],["str","2020-01-01"]]"#
        }),
        (union("uuid-decimal-int", r#"[5,"5",5.5,"67e55044-10b1-426f-9247-bb680e5fe0c8"]"#), {
            "200 [[\"int\",5],[\"decimal\",\"5\"],[\"decimal\",\"5.5\"],\
             [\"uuid\",\"67e55044-10b1-426f-9247-bb680e5fe0c8\"]]"
        }),
        (union("date-timestamp-int", r#"[86400,"2020-01-01","2020-01-01T00:00Z"]"#), {
            r#"200 [["int",86400],["date","2020-01-01"],["date","2020-01-01"]]"#
        }),
        (union("duration-time-bool", r#"[1,true,"10:00:00"]"#), {
            r#"200 [["timedelta","1000000"],["bool",true],["timedelta","36000000000"]]"#
        }),
        // A character is a text, and `NonZeroU16` an integer.
        (union("int-char", r#"[5,"5"]"#), r#"200 [["int",5],["str","5"]]"#),
        (union("port-float-ip", r#"[5,5.0,"5"]"#), r#"200 [["int",5],["float",5.0],["int",5]]"#),
        // An address of either version is made by a function, of which Pydantic doesn't know better.
        (union("ip-str-int", r#"["1.2.3.4",5,"x"]"#), {
            r#"200 [["ip",[4,"16909060"]],["ip",[4,"5"]],["str","x"]]"#
        }),
        (union("ipv4-int-ipv6", r#"["1.2.3.4",5,"::1"]"#), {
            r#"200 [["ipv4address",[4,"16909060"]],["int",5],["ipv6address",[6,"1"]]]"#
        }),
        (union("float-decimal-url", r#"["x"]"#), {
            "422 float_parsing body.0.float, decimal_parsing body.0.decimal, \
             url_parsing body.0.function-wrap[wrap_val()]"
        }),
    ]
}
