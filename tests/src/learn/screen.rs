//! What a learner reads.

use std::collections::BTreeMap;

use textwrap::Options;

use crate::claim_id::ClaimId;
use crate::learn::check::{Failure, Verdict};
use crate::learn::steps::{Exercise, shown};

/// How to write for a terminal.
pub struct Screen {
    /// In columns.
    pub width: usize,
    /// Whether it understands colours.
    pub color: bool,
    /// Each claim's sentences.
    pub sentences: BTreeMap<ClaimId, Vec<String>>,
}

impl Screen {
    /// A line a step: `step 2 red  Notice who leaves`.
    pub fn steps(&self, exercise: &Exercise, verdicts: &[Verdict]) -> String {
        let steps = exercise.steps.iter().zip(verdicts).enumerate();
        let line = |(index, (step, verdict)): (usize, (&_, &Verdict))| {
            let step: &crate::learn::Step = step;
            let word = match verdict.is_empty() {
                true => self.colored("ok ", 32),
                false => self.colored("red", 31),
            };
            format!("step {} {word} {}\n", index + 1, step.title)
        };
        steps.map(line).collect()
    }

    /// What's wrong with the first step that is red: the claim, how to see it, what was expected.
    pub fn failure(
        &self,
        exercise: &Exercise,
        index: usize,
        verdict: &Verdict,
        url: &str,
    ) -> String {
        let step = &exercise.steps[index];
        let mut text = String::new();
        if let Some(failure) = verdict.first() {
            if let Some(claim) = &failure.claim {
                text += &self.field(&claim.to_string(), self.sentence(claim, &failure.sentence));
            }
            text += &self.field("test", &failure.sentence);
            if let Some(curl) = &failure.curl {
                text += &format!("{:10}{}\n", "try", at(curl, url));
            }
            text += &self.expected(failure);
        }
        if verdict.len() > 1 {
            text += &self.field("", &format!("(one of {} tests that fail)", verdict.len()));
        }
        text += &format!("{:10}{}\n", "read", exercise.place(step));
        text + &format!("{:10}{}\n", "edit", shown(&exercise.file()))
    }

    /// The sentence of a claim that a test is about: it has most of the test's words.
    fn sentence(&self, claim: &ClaimId, test: &str) -> &str {
        let sentences = self.sentences.get(claim).map_or(&[][..], Vec::as_slice);
        let shared = |sentence: &&String| {
            let of_sentence: Vec<_> = sentence.split(|c: char| !c.is_alphanumeric()).collect();
            let words = test.split(' ').filter(|word| of_sentence.contains(word)).count();
            // Of two that have as many, the shorter one.
            (words, std::cmp::Reverse(sentence.len()))
        };
        sentences.iter().max_by_key(shared).map_or("", String::as_str)
    }

    /// `left` and `right` of an assertion are what came and what was expected.
    fn expected(&self, failure: &Failure) -> String {
        let side = |name: &str| {
            let mut lines = failure.message.lines().map(str::trim);
            lines.find_map(|line| line.strip_prefix(name)).map(readable)
        };
        match (side("left: "), side("right: ")) {
            (Some(got), Some(expected)) => {
                let what = failure.message.lines().next().unwrap_or_default();
                let what = what.split_once("failed: ").map_or("", |(_, what)| what);
                let what = if what.is_empty() { String::new() } else { self.field("what", what) };
                what + &self.field("expected", &expected) + &self.field("got", &got)
            }
            _ => self.field("got", &readable(&failure.message)),
        }
    }

    fn field(&self, name: &str, text: &str) -> String {
        let name = format!("{name:10}");
        let options = Options::new(self.width.max(30));
        let options = options.initial_indent(&name).subsequent_indent("          ");
        textwrap::fill(text, options) + "\n"
    }

    fn colored(&self, word: &str, color: u8) -> String {
        if self.color { format!("\x1b[{color}m{word}\x1b[0m") } else { word.to_owned() }
    }
}

/// The line of shell for the program that runs now.
fn at(curl: &str, url: &str) -> String {
    let Some((before, address)) = curl.rsplit_once("http://") else {
        return curl.to_owned();
    };
    let path = address.find('/').map_or("/", |slash| &address[slash..]);
    format!("{before}{url}{path}")
}

/// A text without its quotes and escapes, and no longer than a few lines.
fn readable(debug: &str) -> String {
    const LONGEST: usize = 400;
    let text =
        serde_json::from_str::<String>(debug.trim_start_matches("Some(").trim_end_matches(')'));
    let text = text.unwrap_or_else(|_| debug.to_owned());
    if text.is_empty() {
        return "nothing".to_owned();
    }
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_assertion_is_shown_as_what_was_expected_and_what_came() {
        let screen = Screen { width: 40, color: false, sentences: BTreeMap::new() };
        let message = "assertion `left == right` failed: the body\n  \
            left: \"{\\\"detail\\\":\\\"Not Found\\\"}\"\n right: Some(\"application/json\")";
        let failure = Failure {
            claim: None,
            sentence: String::new(),
            curl: None,
            message: message.to_owned(),
        };
        assert_eq!(
            screen.expected(&failure),
            "what      the body\nexpected  application/json\ngot       {\"detail\":\"Not Found\"}\n"
        );
        let other = Failure { message: "no event \"over\" in []".to_owned(), ..failure };
        assert_eq!(screen.expected(&other), "got       no event \"over\" in []\n");
    }

    #[test]
    fn a_request_is_sent_to_the_program_that_runs() {
        let curl = "curl -iN -d 'http://a/b' 'http://127.0.0.1:4711/items?q=1'";
        assert_eq!(
            at(curl, "http://127.0.0.1:8000"),
            "curl -iN -d 'http://a/b' 'http://127.0.0.1:8000/items?q=1'"
        );
    }
}
