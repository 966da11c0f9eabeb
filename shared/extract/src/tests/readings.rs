//! How often a request is read: a struct tells by its first field.

use std::cell::Cell;

use serde::{Deserialize, Deserializer};

thread_local! {
    static READINGS: Cell<usize> = const { Cell::new(0) };
}

/// Reads an integer and counts it, for `deserialize_with`.
pub(super) fn count<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
    READINGS.set(READINGS.get() + 1);
    i64::deserialize(deserializer)
}

/// How many there were in this thread since it was asked last.
pub(super) fn take() -> usize {
    READINGS.take()
}
