//! JSON, or where it stops being JSON.

use serde_json::{Value, json};

use crate::json::cannot_parse;
use crate::rejection::{Problem, Rejection};

/// Parses a text, which may start with a byte order mark.
pub(crate) fn parse(text: &str) -> Result<Value, Rejection> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    serde_json::from_str(text).map_err(|error| rejection(text, &error))
}

fn rejection(text: &str, error: &serde_json::Error) -> Rejection {
    let reason = error.to_string();
    if reason.starts_with("recursion limit exceeded") {
        // It may well be JSON, so this is not said to be none; nor does Python say so.
        return cannot_parse();
    }
    Rejection::Unreadable(Box::new(Problem {
        kind: "json_invalid",
        loc: vec!["body".into(), offset(text, error).into()],
        msg: "JSON decode error".into(),
        input: Some(json!({})),
        ctx: Some(json!({ "error": reason })),
    }))
}

/// Where Python sees the fault, in characters.
///
/// serde_json tells line and column of the byte that it could not use, Python where the
/// token starts that is none.
fn offset(text: &str, error: &serde_json::Error) -> usize {
    let lines = text.split_inclusive('\n').take(error.line().saturating_sub(1));
    let used = lines.map(str::len).sum::<usize>() + error.column();
    let used = if error.is_eof() { used } else { used.saturating_sub(1) };
    let before = text.get(..used).unwrap_or(text);
    let reason = error.to_string();
    let is = |reasons: &[&str]| reasons.iter().any(|start| reason.starts_with(start));
    let before = if is(&["EOF while parsing a string"]) {
        before_open_string(before)
    } else if is(&["EOF while parsing a value", "expected ident", "invalid number"]) {
        before.trim_end_matches(|c: char| c.is_ascii_alphabetic() || "+-.".contains(c))
    } else if is(&["invalid escape"]) {
        before.trim_end_matches('\\')
    } else {
        before
    };
    before.chars().count()
}

/// What comes before the last quote that no backslash escapes.
fn before_open_string(text: &str) -> &str {
    let backslashes = |text: &str| text.bytes().rev().take_while(|b| *b == b'\\').count();
    text.rmatch_indices('"')
        .map(|(index, _)| text.split_at(index).0)
        .find(|before| backslashes(before).is_multiple_of(2))
        .unwrap_or(text)
}
