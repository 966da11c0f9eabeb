//! JSON, or where it stops being JSON.

use serde_json::{Value, json};

use crate::body::cannot_parse;
use crate::json_scan::{self, Fault};
use crate::rejection::{Problem, Rejection};

/// Parses a text, which may start with a byte order mark.
pub(crate) fn parse(text: &str) -> Result<Value, Rejection> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    serde_json::from_str(text).map_err(|_| rejection(text))
}

fn rejection(text: &str) -> Rejection {
    let Some(Fault::NoJson(at, words) | Fault::OnlyPython(at, words)) = json_scan::fault(text)
    else {
        // It may well be JSON, so this is not said to be none; nor does Python say so.
        return cannot_parse();
    };
    let before = text.get(..at).unwrap_or(text);
    Rejection::Unreadable(Box::new(Problem {
        kind: "json_invalid",
        loc: vec!["body".into(), before.chars().count().into()],
        msg: "JSON decode error".into(),
        input: Some(json!({})),
        ctx: Some(json!({ "error": words })),
    }))
}
