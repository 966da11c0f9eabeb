//! A lesson is read in one sitting, and a deeper page in a coffee break.
//!
//! Words are those outside of code, without the targets of links. A line of code is one that
//! is not empty; what is neither code nor a diagram is a transcript.

use super::{Block, Fault, Page};

/// The languages whose blocks a reader has to understand.
const CODE: [&str; 8] = ["rust", "rs", "python", "py", "toml", "sql", "html", "js"];

/// What there is to read.
struct Size {
    words: usize,
    code: usize,
    transcript: usize,
}

/// The page is no longer than a README or a numbered page of `docs/` may be.
pub fn check_budget(page: &Page) -> Vec<Fault> {
    let all = Size::before(page, usize::MAX);
    let name = page.file.rsplit('/').next().unwrap_or_default();
    let figures = match name {
        "README.md" => figures_of_readme(page, &all),
        _ if name.starts_with(|c: char| c.is_ascii_digit()) => vec![(1, all.words, WORDS, 1200)],
        // A register and what is measured have no end of their own.
        _ => Vec::new(),
    };
    let over = figures.into_iter().filter(|(_, figure, _, limit)| figure > limit);
    over.map(|(line, figure, what, limit)| {
        page.fault(line, format!("{figure} {what}, and the limit is {limit}; cut it, or move it"))
    })
    .collect()
}

const WORDS: &str = "words outside of code";

/// Where, how many, of what, and how many there may be.
fn figures_of_readme(page: &Page, all: &Size) -> Vec<(usize, usize, &'static str, usize)> {
    let curl = page.blocks.iter().find(|block| block.is_transcript() && block.has_curl());
    let curl = curl.map(|block| block.line);
    let (line, before) = (curl.unwrap_or(1), Size::before(page, curl.unwrap_or(usize::MAX)));
    let mut figures = vec![
        (1, all.words, WORDS, 2400),
        (1, all.code, "lines of code", 220),
        (1, all.minutes(), "minutes to read", 25),
        (line, before.words, "words before the first `$ curl`", 250),
        (line, before.code, "lines of code before the first `$ curl`", 30),
    ];
    let blocks = page.blocks.iter().filter(|block| block.is_code());
    figures.extend(blocks.map(|block| (block.line, block.length(), "lines in this block", 30)));
    figures
}

/// How many minutes the page takes to read, as it says between its comments.
pub fn minutes(page: &Page) -> String {
    Size::before(page, usize::MAX).minutes().to_string()
}

impl Size {
    /// Of what stands above a line.
    fn before(page: &Page, line: usize) -> Self {
        let prose = page.prose().take_while(|(number, _)| *number < line);
        let prose: Vec<&str> = prose.map(|(_, text)| text).collect();
        let prose = without(&prose.join("\n"), "<!--", "-->", "");
        let lengths = |of: fn(&Block) -> bool| {
            let blocks = page.blocks.iter().filter(|block| block.line < line && of(block));
            blocks.map(Block::length).sum()
        };
        Self {
            words: prose
                .lines()
                .filter(|line| !line.trim_start().starts_with("!["))
                .map(words)
                .sum(),
            code: lengths(Block::is_code),
            transcript: lengths(Block::is_transcript),
        }
    }

    /// Of 200 words each, or 20 lines of code, or 40 of a transcript.
    fn minutes(&self) -> usize {
        (self.words + 10 * self.code + 5 * self.transcript).div_ceil(200)
    }
}

impl Block {
    fn is_code(&self) -> bool {
        CODE.contains(&self.language())
    }

    fn is_transcript(&self) -> bool {
        !self.is_code() && self.language() != "mermaid"
    }

    fn has_curl(&self) -> bool {
        self.text.lines().any(|line| line.trim_start().starts_with("$ curl"))
    }

    /// Its lines that are not empty.
    fn length(&self) -> usize {
        let text = without(&self.text, "<!--", "-->", "");
        text.lines().filter(|line| !line.trim().is_empty()).count()
    }
}

fn words(line: &str) -> usize {
    let text = without(&without(line, "](", ")", "]"), "<", ">", " ");
    let is_letter = |c: char| c.is_ascii_alphanumeric() || ('\u{3131}'..='\u{D79D}').contains(&c);
    let words = text.split(|c| !is_letter(c) && !"_'’-.:/".contains(c));
    words.filter(|word| word.contains(is_letter)).count()
}

/// The text with `instead` for whatever stands from `open` to `close`.
fn without(text: &str, open: &str, close: &str, instead: &str) -> String {
    let (mut kept, mut rest) = (String::new(), text);
    while let Some((before, after)) = rest.split_once(open)
        && let Some((_, after)) = after.split_once(close)
    {
        kept.extend([before, instead]);
        rest = after;
    }
    kept + rest
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::fixtures::{CLAIMS, messages, page};
    use super::*;

    const CURL: &str = "```console\n$ true\n$ curl -sS localhost:8000\n```\n";

    fn faults(text: &str) -> Vec<String> {
        messages(check_budget(&page(text)))
    }

    fn block(language: &str, lines: usize) -> String {
        format!("```{language}\n{}```\n\n", "x\n".repeat(lines))
    }

    #[test]
    fn words_are_those_that_are_read() {
        let counted = [
            ("A word's end -- and `a::b`, 1.5: [`so`](docs/no.md#no).", 7),
            ("24<!-- /minutes -->th <br>*twice*<a id=\"st-1\"></a> 가나", 3),
            ("it <!-- code: a\nb --> ends\n  ![alt text](no.svg)", 2),
            ("# Title\n\n| a | - |\n", 2),
            ("[open](no a < b", 4),
            ("```mermaid\nno\n```\n\n```text\nno\n```", 0),
        ];
        for (text, words) in counted {
            assert_eq!(Size::before(&page(text), usize::MAX).words, words, "{text}");
        }
    }

    #[test]
    fn a_minute_has_words_or_code_or_transcripts() {
        assert_eq!(minutes(&page("")), "0");
        let text = "w ".repeat(200) + "\n\n" + &block("rust", 20) + &block("text", 40);
        assert_eq!(minutes(&page(&text)), "3");
        let text = text + &block("mermaid", 9) + "```html\n\n<!-- no -->\n```\n";
        assert_eq!(minutes(&page(&text)), "3");
        assert_eq!(minutes(&page(&(text + "more"))), "4", "rounded up");
    }

    #[test]
    fn a_readme_at_its_limits_passes() {
        let text = "w ".repeat(250) + "\n\n" + &block("sql", 30) + CURL;
        let text = text + &block("text", 60) + &block("toml", 30).repeat(6) + &block("js", 10);
        let text = text + &"w ".repeat(2400 - 250);
        assert_eq!(faults(&text), Vec::<String>::new());
        assert_eq!(minutes(&page(&text)), "25");
    }

    #[test]
    fn a_readme_over_its_limits() {
        let text = "w ".repeat(251) + "\n\n" + &block("python", 31) + CURL;
        let text = text + &block("html", 30).repeat(7) + &"w ".repeat(2150);
        let over = [
            (1, "2401 words outside of code", 2400),
            (1, "241 lines of code", 220),
            (37, "251 words before the first `$ curl`", 250),
            (37, "31 lines of code before the first `$ curl`", 30),
            (3, "31 lines in this block", 30),
        ];
        let wanted = over.map(|(line, figure, limit)| {
            format!(
                "lessons/streaming/README.md:{line}: {figure}, and the limit is {limit}; \
                 cut it, or move it"
            )
        });
        assert_eq!(faults(&text), wanted);
    }

    #[test]
    fn a_readme_that_takes_too_long() {
        let text = CURL.to_owned() + &block("console", 999);
        assert_eq!(
            faults(&text),
            ["lessons/streaming/README.md:1: 26 minutes to read, and the limit is 25; \
              cut it, or move it"]
        );
    }

    #[test]
    fn a_readme_without_a_curl() {
        let text = "w ".repeat(251) + "\n\n```rust\n$ curl\n```\n";
        assert_eq!(
            faults(&text),
            ["lessons/streaming/README.md:1: 251 words before the first `$ curl`, \
              and the limit is 250; cut it, or move it"]
        );
    }

    #[test]
    fn only_numbered_pages_of_docs_have_a_limit() {
        let faults_of = |file: &str| {
            let page =
                Page::new(Path::new("."), file, "w ".repeat(1201) + "\n\n" + &block("rust", 300));
            messages(check_budget(&page))
        };
        assert_eq!(
            faults_of("lessons/streaming/docs/1-relay.md"),
            ["lessons/streaming/docs/1-relay.md:1: 1201 words outside of code, \
              and the limit is 1200; cut it, or move it"]
        );
        assert_eq!(faults_of(CLAIMS), Vec::<String>::new());
    }
}
