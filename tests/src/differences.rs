//! What the two targets are expected to answer where they differ, as a table for a README.
//!
//! The values are those that the tests compare with, so the table cannot say anything else
//! than what `just test-all` and `just parity` have seen.

use std::collections::BTreeMap;

use crate::claim_id::ClaimId;
use crate::report::Fact;

/// How many characters of a value the table shows.
const SHOWN_CHARACTERS: usize = 100;

/// How many of them are what two long values have in common, before they differ.
const CONTEXT_CHARACTERS: usize = 20;

/// The intended differences that a run reported, a row a test.
///
/// Within a row the values of the two columns stand in the order of the test's assertions.
pub fn table(facts: &[Fact]) -> String {
    let mut rows: BTreeMap<(ClaimId, String), Vec<[String; 2]>> = BTreeMap::new();
    for fact in facts {
        let Fact::Difference { test, rust, fastapi } = fact else { continue };
        let Some(name) = ClaimId::of_test(test) else { continue };
        let pair = cells(fastapi, rust);
        let row = rows.entry(name).or_default();
        if !row.contains(&pair) {
            row.push(pair);
        }
    }
    let mut table = "| claim | the test | FastAPI | axum |\n| --- | --- | --- | --- |\n".to_owned();
    for ((claim, sentence), pairs) in &rows {
        let values = |side: usize| pairs.iter().map(move |pair| pair[side].as_str());
        let column = |side| values(side).collect::<Vec<_>>().join("<br>");
        table.push_str(&format!("| {claim} | {sentence} | {} | {} |\n", column(0), column(1)));
    }
    table
}

/// Two values as the cells of a table show them: one line, and of long values the part
/// in which they differ.
fn cells(fastapi: &str, rust: &str) -> [String; 2] {
    let texts = [fastapi, rust].map(|debug| with_the_first_port(&shown(debug)));
    let long = texts.iter().any(|text| text.chars().count() > SHOWN_CHARACTERS);
    let same = texts[0].chars().zip(texts[1].chars()).take_while(|(a, b)| a == b).count();
    let left_out = if long { same.saturating_sub(CONTEXT_CHARACTERS) } else { 0 };
    texts.map(|text| cell(&text, left_out))
}

/// A value in backticks, without its first characters.
fn cell(text: &str, left_out: usize) -> String {
    let mut shown: String = text.chars().skip(left_out).collect();
    if left_out > 0 {
        shown.insert(0, '…');
    }
    if shown.chars().count() > SHOWN_CHARACTERS {
        shown = shown.chars().take(SHOWN_CHARACTERS - 1).chain(['…']).collect();
    }
    let shown = shown.replace('|', "\\|");
    match shown.contains('`') {
        true => format!("`` {shown} ``"),
        false => format!("`{shown}`"),
    }
}

/// A value as a reader writes it: `Some("text")` is text, unless control characters hide in
/// it, and a list of texts has no quotes around them.
fn shown(debug: &str) -> String {
    let inner = debug.strip_prefix("Some(").and_then(|rest| rest.strip_suffix(')'));
    let value = inner.unwrap_or(debug);
    if let Ok(items) = serde_json::from_str::<Vec<String>>(value) {
        return format!("[{}]", items.join(", "));
    }
    match serde_json::from_str::<String>(value) {
        Ok(text) if !text.is_empty() && !text.contains(char::is_control) => text,
        _ => value.to_owned(),
    }
}

/// A server of a test has a port of its own in each run; a reader's is 8000.
fn with_the_first_port(text: &str) -> String {
    const HOST: &str = "http://127.0.0.1:";
    let mut parts = text.split(HOST);
    let before = parts.next().unwrap_or_default().to_owned();
    let without_port = parts.map(|part| part.trim_start_matches(|c: char| c.is_ascii_digit()));
    without_port.fold(before, |text, part| format!("{text}{HOST}8000{part}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn difference(test: &str, rust: &str, fastapi: &str) -> Fact {
        let (test, rust, fastapi) = (test.to_owned(), rust.to_owned(), fastapi.to_owned());
        Fact::Difference { test, rust, fastapi }
    }

    #[test]
    fn a_row_has_what_a_test_compares_in_its_order() {
        let facts = [
            difference("streaming::st_10_a_missing_file", "404", "200"),
            difference("streaming::st_10_a_missing_file", "None", "Some(\"text/plain\")"),
            difference("streaming::st_10_a_missing_file", "404", "200"),
            difference("streaming::st_02_comes_first", "true", "false"),
            difference("streaming::named_after_no_claim", "1", "2"),
            Fact::Skipped { test: "streaming::st_03_x".into(), reason: "why".into() },
        ];
        assert_eq!(
            table(&facts),
            "| claim | the test | FastAPI | axum |\n\
             | --- | --- | --- | --- |\n\
             | ST-2 | comes first | `false` | `true` |\n\
             | ST-10 | a missing file | `200`<br>`text/plain` | `404`<br>`None` |\n"
        );
    }

    fn cell_of(debug: &str) -> String {
        let [cell, _] = cells(debug, "");
        cell
    }

    #[test]
    fn a_value_fits_into_a_cell() {
        assert_eq!(cell_of(r#""{\"detail\":\"Not Found\"}""#), r#"`{"detail":"Not Found"}`"#);
        assert_eq!(cell_of(r#""""#), r#"`""`"#);
        assert_eq!(cell_of(r#""\r\n""#), r#"`"\r\n"`"#);
        assert_eq!(cell_of(r#"["a", "{\"b\":1}"]"#), r#"`[a, {"b":1}]`"#);
        assert_eq!(cell_of(r#""a|b""#), r"`a\|b`");
        assert_eq!(cell_of(r#""the trait `Sized`""#), "`` the trait `Sized` ``");
        let long = cell_of(&format!("\"{}\"", "é".repeat(101)));
        assert_eq!(long, format!("`{}…`", "é".repeat(99)));
    }

    #[test]
    fn of_long_values_the_difference_is_shown() {
        let same = "0123456789".repeat(10);
        assert_eq!(
            cells(&format!("\"{same}a\""), &format!("\"{same}b\"")),
            ["`…01234567890123456789a`", "`…01234567890123456789b`"]
        );
    }

    #[test]
    fn a_port_is_the_readers() {
        assert_eq!(
            cell_of(r#"("http://127.0.0.1:39473/a", "http://127.0.0.1:1/b", 7)"#),
            r#"`("http://127.0.0.1:8000/a", "http://127.0.0.1:8000/b", 7)`"#
        );
    }
}
