//! What a report shows of a request.

use std::ptr;

use serde_json::Value;

use crate::params::Param;

/// The `input` of all problems together must not be many times the body: at most so many bytes
/// of JSON.
const MOST_SHOWN: usize = 1 << 20;

/// Something that was sent.
#[derive(Clone, Copy)]
pub(crate) enum Shown<'a> {
    Json(&'a Value),
    Text(&'a str),
    /// All values under one name, as a list.
    All(&'a Param<'a>),
}

impl Shown<'_> {
    pub(crate) const NOTHING: Self = Self::Json(&Value::Null);

    /// Where it lies in memory.
    pub(crate) fn address(self) -> usize {
        match self {
            Self::Json(value) => ptr::from_ref(value).addr(),
            Self::Text(text) => text.as_ptr().addr(),
            Self::All(param) => ptr::from_ref(param).addr(),
        }
    }

    pub(crate) fn to_value(self) -> Value {
        match self {
            Self::Json(value) => value.clone(),
            Self::Text(text) => text.into(),
            Self::All(param) => param.all().map(|input| input.shown().to_value()).collect(),
        }
    }
}

/// How much may still be shown.
pub(crate) struct Room(Option<usize>);

impl Room {
    pub(crate) fn new() -> Self {
        Self(Some(MOST_SHOWN))
    }

    /// Takes the room that a value needs. When there is not enough, there is none from then on:
    /// who reads the report sees where it ends.
    pub(crate) fn take(&mut self, shown: Shown<'_>) -> bool {
        self.0 = self.0.and_then(|left| match shown {
            Shown::Json(value) => without(left, value),
            Shown::Text(text) => without_text(left, text),
            list @ Shown::All(_) => without(left, &list.to_value()),
        });
        self.0.is_some()
    }
}

/// What is left of the room after a value; `None` if that is not enough. It looks at no more
/// than fits.
fn without(left: usize, value: &Value) -> Option<usize> {
    match value {
        Value::Null | Value::Bool(true) => left.checked_sub(4),
        Value::Bool(false) => left.checked_sub(5),
        Value::Number(number) => left.checked_sub(number.to_string().len()),
        Value::String(text) => without_text(left, text),
        Value::Array(items) => {
            let left = left.checked_sub(2 + items.len().saturating_sub(1))?;
            items.iter().try_fold(left, without)
        }
        Value::Object(object) => {
            let left = left.checked_sub(2 + object.len().saturating_sub(1))?;
            object.iter().try_fold(left, |left, (name, value)| {
                without(without_text(left, name)?.checked_sub(1)?, value)
            })
        }
    }
}

fn without_text(left: usize, text: &str) -> Option<usize> {
    let left = left.checked_sub(text.len() + 2)?;
    let escape = |byte| match byte {
        b'"' | b'\\' | b'\x08' | b'\t' | b'\n' | b'\x0c' | b'\r' => 1,
        ..b' ' => 5,
        _ => 0,
    };
    left.checked_sub(text.bytes().map(escape).sum())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn inputs_are_measured_as_json() {
        let value = json!({
            "a\"\\": [null, true, false, -1.5, 1e300, "\u{1f}\n\r\t\u{8}\u{c}é한\u{7f}"],
            "": {}, "b": [], "c": [[1], { "d": 2, "e": 18_446_744_073_709_551_615_u64 }],
        });
        let size = value.to_string().len();
        assert_eq!(without(size, &value), Some(0));
        assert_eq!(without(size - 1, &value), None);
    }

    #[test]
    fn inputs_after_the_first_that_does_not_fit_are_not_shown_either() {
        let mut room = Room::new();
        let half = "x".repeat(MOST_SHOWN / 2 - 2);
        assert!(room.take(Shown::Text(&half)) && room.take(Shown::Text(&half)));
        assert!(!room.take(Shown::Json(&json!(1))));

        let mut room = Room::new();
        assert!(!room.take(Shown::Text(&"x".repeat(MOST_SHOWN - 1))));
        assert!(!room.take(Shown::Json(&json!(1))));
    }
}
