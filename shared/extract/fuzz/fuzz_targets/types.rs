//! What else a request can be read as: constraints, rules, unions, forms, types of other crates.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::num::{NonZeroI16, NonZeroU32};
use std::time::Duration;

use fastapi_extract::{FileBytes, Report, Ruled, Rules, Secret, UploadFile, flat, union};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

#[derive(Deserialize, ToSchema)]
#[allow(dead_code, reason = "it is only read")]
pub struct Bound {
    #[schema(minimum = -5, exclusive_maximum = 100, multiple_of = 5)]
    a: i64,
    #[schema(min_length = 2, max_length = 4, pattern = "^[a-z]+$")]
    b: String,
    #[schema(min_items = 1, max_items = 3, no_recursion)]
    #[serde(default)]
    c: Vec<Bound>,
    #[schema(exclusive_minimum = 0.5, maximum = 1e9)]
    d: Option<f64>,
    #[schema(no_recursion)]
    e: BTreeMap<String, Bound>,
    #[schema(value_type = String, min_length = 3)]
    password: Secret,
}

#[derive(Deserialize, IntoParams)]
#[allow(dead_code, reason = "it is only read")]
pub struct BoundParameters {
    #[param(minimum = 1, maximum = 9)]
    a: i64,
    #[param(max_length = 3, pattern = "^[^b]*$")]
    b: Option<String>,
    #[param(max_items = 2)]
    #[serde(default)]
    c: Vec<u8>,
}

#[derive(Deserialize)]
#[allow(dead_code, reason = "it is only read")]
pub struct Rule {
    a: i64,
    b: i64,
    password: Option<Secret>,
}

impl Rules for Rule {
    fn check(&self, report: &mut Report<'_>) {
        if self.a > self.b {
            report.error("a is more than b");
            report.at("b").problem("too_small", "Too small", None);
        }
    }
}

#[derive(Deserialize, Serialize)]
pub struct Left {
    a: i64,
    b: Option<f64>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Right {
    a: String,
    c: Option<Vec<Either>>,
}

#[derive(Serialize)]
#[serde(untagged)]
pub enum Either {
    Left(Left),
    Right(Right),
    Many(Vec<Either>),
    Number(i64),
    Float(f64),
    Truth(bool),
    Text(String),
}

union!(Either { Left, Right, Many = "list", Number = "int", Float = "float", Truth = "bool", Text = "str" });

#[derive(Serialize)]
#[serde(tag = "b")]
pub enum Named {
    A(Left),
    B(Box<Base>),
}

union!(Named, tag = "b" { A = "a", B = "b" });

#[derive(Deserialize, Serialize)]
pub struct Base {
    a: u16,
    #[serde(flatten, deserialize_with = "flat")]
    more: Option<Left>,
    c: Option<Either>,
    h: Option<Named>,
}

#[derive(Deserialize)]
#[allow(dead_code, reason = "it is only read")]
pub struct Foreign {
    a: Option<uuid::Uuid>,
    b: Option<jiff::Timestamp>,
    c: Option<jiff::civil::DateTime>,
    d: Option<jiff::civil::Date>,
    e: Option<jiff::civil::Time>,
    f: Option<jiff::SignedDuration>,
    g: Option<rust_decimal::Decimal>,
    h: Option<url::Url>,
    i: Option<jiff::Span>,
    j: Option<Duration>,
    k: Option<IpAddr>,
    l: Option<NonZeroU32>,
    m: Option<NonZeroI16>,
    n: Option<char>,
}

#[derive(Deserialize)]
#[allow(dead_code, reason = "it is only read")]
pub struct Fields {
    a: i64,
    b: Option<bool>,
    #[serde(default)]
    c: Vec<f64>,
    d: Ruled<Rule>,
    password: Option<Secret<i64>>,
}

#[derive(Deserialize)]
#[allow(dead_code, reason = "it is only read")]
pub struct Files {
    a: UploadFile,
    b: Option<UploadFile>,
    #[serde(default)]
    c: Vec<UploadFile>,
    d: Option<FileBytes>,
    e: Option<String>,
    password: Option<Secret>,
}
