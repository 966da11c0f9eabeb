//! How a file gets through serde, which knows none: the deserializer leaves it in a place that
//! the type takes it from, as with `Secret`.

use std::cell::Cell;
use std::fmt;

use axum::body::Bytes;
use axum::http::HeaderMap;
use serde::de::{Deserialize, Deserializer, Error, Visitor};
use serde_json::{Value, json};

use super::{Content, FileBytes, UploadFile};
use crate::notes::Fault;

/// The names by which this crate's deserializer knows the two; to any other one they are newtypes.
const FILE: &str = "fastapi_extract::UploadFile";
const BYTES: &str = "fastapi_extract::FileBytes";

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Wanted {
    File,
    Bytes,
}

impl Wanted {
    /// Whether the newtype of this name is one of the two.
    pub(crate) fn named(name: &str) -> Option<Self> {
        match name {
            FILE => Some(Self::File),
            BYTES => Some(Self::Bytes),
            _ => None,
        }
    }

    /// Makes it from what is no file.
    pub(crate) fn read(self, value: &Value) -> Result<UploadFile, Fault> {
        match (self, value) {
            (Self::Bytes, Value::String(text)) => Ok(in_memory(text.clone().into())),
            (Self::Bytes, _) => Err(Fault::new("bytes_type", "Input should be a valid bytes")),
            (Self::File, _) => {
                let class = python_class(value);
                let msg = format!("Value error, Expected UploadFile, received: <class '{class}'>");
                Err(Fault::with_ctx("value_error", msg, json!({ "error": {} })))
            }
        }
    }
}

fn in_memory(bytes: Bytes) -> UploadFile {
    let size = bytes.len() as u64;
    UploadFile::new(String::new(), HeaderMap::new(), size, Content::Memory(bytes))
}

/// What stands for a file that is missing.
pub(crate) fn placeholder() -> UploadFile {
    in_memory(Bytes::new())
}

fn python_class(value: &Value) -> &'static str {
    match value {
        Value::Null => "NoneType",
        Value::Bool(_) => "bool",
        Value::Number(number) if number.is_f64() => "float",
        Value::Number(_) => "int",
        Value::String(_) => "str",
        Value::Array(_) => "list",
        Value::Object(_) => "dict",
    }
}

thread_local! {
    /// The file that is read next. Reading is synchronous, so it stays on its thread.
    static OFFERED: Cell<Option<UploadFile>> = const { Cell::new(None) };
}

/// Leaves a file for the type that is read next.
pub(crate) fn offer(file: UploadFile) {
    OFFERED.set(Some(file));
}

/// Takes the file that was left.
struct Taker;

impl<'de> Visitor<'de> for Taker {
    type Value = UploadFile;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a file")
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, _: D) -> Result<UploadFile, D::Error> {
        OFFERED.take().ok_or_else(|| {
            D::Error::custom(
                "a file is read by fastapi_extract::Form only, and not in #[serde(flatten)], in an \
                 untagged or in an internally tagged enum",
            )
        })
    }
}

impl<'de> Deserialize<'de> for UploadFile {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_newtype_struct(FILE, Taker)
    }
}

impl<'de> Deserialize<'de> for FileBytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let file = deserializer.deserialize_newtype_struct(BYTES, Taker)?;
        match &file.0.content {
            Content::Memory(bytes) => Ok(Self(bytes.clone())),
            Content::Disk(..) => Err(D::Error::custom("this file is too large for the memory")),
        }
    }
}
