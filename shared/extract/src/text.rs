//! Text of a request, and the value that it is read as.

use std::borrow::Cow;
use std::cell::OnceCell;

use serde_json::Value;

/// A parameter's value, or the name of an entry.
///
/// Numbers and truth values are read from a [`Value`], and a report shows one. It is made
/// when it is asked for: of a browser's twenty headers, a handler reads one.
pub(crate) struct Text<'r> {
    text: Cow<'r, str>,
    value: OnceCell<Value>,
}

impl Text<'_> {
    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    pub(crate) fn value(&self) -> &Value {
        self.value.get_or_init(|| self.as_str().into())
    }
}

impl<'r> From<Cow<'r, str>> for Text<'r> {
    fn from(text: Cow<'r, str>) -> Self {
        Self { text, value: OnceCell::new() }
    }
}
