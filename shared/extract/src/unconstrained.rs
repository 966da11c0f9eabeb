//! Stands in for `constraints.rs` without the feature `utoipa`: nothing is constrained.

#[cfg(feature = "rust_decimal")]
use rust_decimal::Decimal;
use serde_json::Value;

use crate::entries::Place;
use crate::notes::Fault;
use crate::probe::Turn;

/// There is none.
#[derive(Clone, Copy)]
pub(crate) enum Schema {}

/// There is none.
pub(crate) struct Breach<'v> {
    pub(crate) places: Vec<Place<'v>>,
    pub(crate) fault: Fault,
    pub(crate) value: &'v Value,
}

impl Schema {
    pub(crate) fn at(self, _turn: &Turn<'_>) -> Option<Self> {
        match self {}
    }

    pub(crate) fn keys(self) -> Option<Self> {
        match self {}
    }

    pub(crate) fn of(self, _value: &Value) -> Option<Self> {
        match self {}
    }

    pub(crate) fn has(self, _name: &str) -> bool {
        match self {}
    }

    pub(crate) fn int(self, _int: i128) -> Result<(), Fault> {
        match self {}
    }

    pub(crate) fn float(self, _float: f64) -> Result<(), Fault> {
        match self {}
    }

    #[cfg(feature = "rust_decimal")]
    pub(crate) fn decimal(self, _decimal: Decimal) -> Result<(), Fault> {
        match self {}
    }

    pub(crate) fn text(self, _text: &str) -> Result<(), Fault> {
        match self {}
    }

    pub(crate) fn coerced(self, _value: &Value) -> Result<Value, Option<Fault>> {
        match self {}
    }

    pub(crate) fn too_many(self, _items: &[Value]) -> Option<Fault> {
        match self {}
    }

    pub(crate) fn too_few(self, _items: &[Value]) -> Option<Fault> {
        match self {}
    }

    pub(crate) fn properties(self, _length: usize) -> Option<Fault> {
        match self {}
    }

    pub(crate) fn breaches(self, _value: &Value) -> Vec<Breach<'_>> {
        match self {}
    }
}
