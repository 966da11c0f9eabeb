//! A code block equals the region of the file that it is cut from.
//!
//! The page names the region in a comment directly before the block,
//! `<!-- code: src/text.rs#stream -->`; the file marks it with two comments,
//! `ANCHOR: stream` and `ANCHOR_END: stream`, each on a line of its own. The path starts at the
//! lesson's folder, from the pages in `docs/` too, so that a block can be moved between pages.

use super::{Block, Fault, Page, Piece, normal};

/// Languages whose blocks are not cut from a file.
///
/// A transcript is checked by being replayed; the other two are for people.
const FREE: [&str; 3] = ["console", "text", "mermaid"];

/// Every code block is cut from a file, and equals it.
pub fn check_code(page: &Page) -> Vec<Fault> {
    let blocks = page.blocks.iter().filter_map(|block| fault(page, block));
    let stray = page.stray_sources.iter().map(|source| {
        let message = format!(
            "no block follows the comment for {}; \
             put the block on the next line, or delete the comment",
            source.text
        );
        page.fault(source.line, message)
    });
    let hidden = page.prose().filter_map(|(line, text)| {
        let message = hidden_fault(text)?;
        Some(page.fault(line, message))
    });
    blocks.chain(stray).chain(hidden).collect()
}

/// Code that is shown, but that the parser takes for HTML or for text.
fn hidden_fault(text: &str) -> Option<&'static str> {
    let text = text.trim_start();
    if text.starts_with("```") || text.starts_with("~~~") {
        return Some(
            "this fence is part of the HTML above it, so it shows no block and is not checked; \
             put an empty line before it",
        );
    }
    text.contains("<pre").then_some("code in HTML is not checked; put it between fences")
}

/// The page's text, with every block rewritten that differs from its file.
///
/// Blocks whose region cannot be found stay as they are: [`check_code`] names them.
pub fn bless_code(page: &Page) -> String {
    page.rewritten(|block| cut(page, &block.source.as_ref()?.text).ok())
}

fn fault(page: &Page, block: &Block) -> Option<Fault> {
    let message = match (form(block), &block.source) {
        (Some(message), _) => message,
        (None, Some(Piece { line, text: name })) => match cut(page, name) {
            Err(message) => return Some(page.fault(*line, message)),
            Ok(text) if text == block.text => return None,
            Ok(_) => format!("this block differs from {name}; run `just bless` and read the diff"),
        },
        (None, None) if FREE.contains(&block.language()) => return None,
        (None, None) => format!(
            "this `{}` block is cut from no file; \
             write `<!-- code: FILE#REGION -->` on the line before it",
            block.language()
        ),
    };
    Some(page.fault(block.line, message))
}

/// What is wrong with how the block is written: it says its language and nothing else.
fn form(block: &Block) -> Option<String> {
    let language = block.language();
    let message = match &block.info {
        None => "an indented block names no language; put it between fences",
        Some(_) if block.inner.is_none() => {
            "this block is never closed; end it with a line of backticks"
        }
        Some(_) if language.is_empty() => {
            "this block names no language; write one after the backticks, or `text`"
        }
        Some(info) if language != info => {
            return Some(format!(
                "`{info}` is more than a language, and attributes keep code from being tested; \
                 write `{language}` alone"
            ));
        }
        Some(_) => return None,
    };
    Some(message.to_owned())
}

/// The text that a comment names, or what is wrong with the name.
fn cut(page: &Page, name: &str) -> Result<String, String> {
    let (path, region) = match name.split_once('#') {
        Some((path, region)) => (path, Some(region)),
        None => (name, None),
    };
    let Some(resolved) = normal(&page.subject().join(path)) else {
        return Err(format!("{path} is outside of the repository; name a file in it"));
    };
    let text = std::fs::read_to_string(page.root.join(&resolved)).map_err(|error| {
        let resolved = resolved.display();
        format!("{path} cannot be read ({error}); correct the path, which leads to {resolved}")
    })?;
    let lines: Vec<&str> = text.lines().collect();
    let Some(region) = region else {
        return Ok(tidy(&lines));
    };
    let place = |mark| lines.iter().position(|line| mark_of(line) == Some((mark, region)));
    match (place("ANCHOR:"), place("ANCHOR_END:")) {
        (Some(start), Some(end)) if start < end => Ok(tidy(&lines[start..end])),
        _ => Err(format!(
            "{path} has no region `{region}`; put it between the comments \
             `ANCHOR: {region}` and `ANCHOR_END: {region}`, or correct the name"
        )),
    }
}

/// The mark and the region's name, if the line is a comment with a mark.
fn mark_of(line: &str) -> Option<(&str, &str)> {
    let comment = ["//", "#", "<!--", "--", "/*"]
        .iter()
        .find_map(|opening| line.trim_start().strip_prefix(opening))?;
    let mut words = comment.split_whitespace();
    let mark = words.next()?;
    matches!(mark, "ANCHOR:" | "ANCHOR_END:").then_some((mark, words.next()?))
}

/// The lines as a page shows them: no marks, no common indentation, no blank edges.
fn tidy(lines: &[&str]) -> String {
    let shown = lines.iter().copied().filter(|line| mark_of(line).is_none());
    let text = textwrap::dedent(&shown.collect::<Vec<_>>().join("\n"));
    text.trim_matches('\n').to_owned() + "\n"
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::{CLAIMS, messages, page_in, repository};
    use super::*;

    const RUST: &str = "\
mod a {
    // ANCHOR: outer
    fn one() {
        // ANCHOR: inner
        two();

        // ANCHOR_END: inner
    }
    // ANCHOR_END: outer
}
";

    /// The faults of a page beside a file `src/text.rs`.
    fn faults(source: &str, text: &str) -> Vec<String> {
        let root = repository(&[("lessons/streaming/src/text.rs", source)]);
        messages(check_code(&page_in(root.path(), text)))
    }

    #[test]
    fn blocks_that_equal_their_regions_are_no_fault() {
        let root = repository(&[
            ("lessons/streaming/src/text.rs", RUST),
            ("lessons/streaming/app.py", "# ANCHOR: a\nx = 1\n# ANCHOR_END: a\n"),
            ("Cargo.toml", "[a]\n# ANCHOR: b\nc = 1\n# ANCHOR_END: b\n"),
            ("page.html", "<!-- ANCHOR: p -->\n<p>\n<!-- ANCHOR_END: p -->\n"),
        ]);
        let text = "\
<!-- code: src/text.rs#outer -->
```rust
fn one() {
    two();

}
```
<!-- code: src/text.rs#inner -->

```rust
two();
```
<!-- code: app.py -->
```python
x = 1
```
<!-- code: ../../Cargo.toml#b -->
```toml
c = 1
```
<!-- code: /page.html#p -->
```html
<p>
```
```mermaid
any
```
";
        let page = page_in(root.path(), text);
        assert_eq!(messages(check_code(&page)), Vec::<String>::new());
        assert_eq!(bless_code(&page), text);
    }

    #[test]
    fn a_path_starts_at_the_lessons_folder_on_every_page() {
        let root = repository(&[("lessons/streaming/src/text.rs", RUST)]);
        let text = "<!-- code: src/text.rs#inner -->\n```rust\ntwo();\n```\n";
        let page = Page::new(root.path(), CLAIMS, text.to_owned());
        assert_eq!(messages(check_code(&page)), Vec::<String>::new());
    }

    #[test]
    fn a_block_that_differs_is_a_fault_and_is_blessed() {
        let text = "# Title\n\n<!-- code: src/text.rs#inner -->\n```rust\nthree();\n```\nend\n";
        let root = repository(&[("lessons/streaming/src/text.rs", RUST)]);
        let page = page_in(root.path(), text);
        assert_eq!(
            messages(check_code(&page)),
            ["lessons/streaming/README.md:4: this block differs from src/text.rs#inner; \
              run `just bless` and read the diff"]
        );
        assert_eq!(bless_code(&page), text.replace("three", "two"));
    }

    #[test]
    fn a_block_without_a_comment() {
        assert_eq!(
            faults("", "```rust\nfn a() {}\n```\n"),
            ["lessons/streaming/README.md:1: this `rust` block is cut from no file; \
              write `<!-- code: FILE#REGION -->` on the line before it"]
        );
    }

    #[test]
    fn a_comment_without_a_block() {
        assert_eq!(
            faults("", "<!-- code: src/text.rs#a -->\nSome text.\n\n```text\n```\n"),
            ["lessons/streaming/README.md:1: no block follows the comment for src/text.rs#a; \
              put the block on the next line, or delete the comment"]
        );
    }

    #[test]
    fn blocks_in_a_form_that_hides_code() {
        assert_eq!(
            faults("", "```rust,ignore\n```\n\n```\na\n```\n\ntext\n\n    indented\n\n```text\n"),
            [
                "lessons/streaming/README.md:1: `rust,ignore` is more than a language, \
                 and attributes keep code from being tested; write `rust` alone",
                "lessons/streaming/README.md:4: this block names no language; \
                 write one after the backticks, or `text`",
                "lessons/streaming/README.md:10: an indented block names no language; \
                 put it between fences",
                "lessons/streaming/README.md:12: this block is never closed; \
                 end it with a line of backticks",
            ]
        );
    }

    #[test]
    fn blocks_that_html_hides() {
        assert_eq!(
            faults("", "<details>\n```rust\nfn a() {}\n```\n</details>\n\n<pre>fn b() {}</pre>\n"),
            [
                "lessons/streaming/README.md:2: this fence is part of the HTML above it, \
                 so it shows no block and is not checked; put an empty line before it",
                "lessons/streaming/README.md:4: this fence is part of the HTML above it, \
                 so it shows no block and is not checked; put an empty line before it",
                "lessons/streaming/README.md:7: code in HTML is not checked; \
                 put it between fences",
            ]
        );
    }

    #[test]
    fn files_that_cannot_be_read() {
        let text = "<!-- code: src/gone.rs -->\n```rust\n```\n\
                    <!-- code: ../../../etc/hosts -->\n```hosts\n```\n";
        assert_eq!(
            faults("", text),
            [
                "lessons/streaming/README.md:1: src/gone.rs cannot be read \
                 (No such file or directory (os error 2)); \
                 correct the path, which leads to lessons/streaming/src/gone.rs",
                "lessons/streaming/README.md:4: ../../../etc/hosts is outside of the repository; \
                 name a file in it",
            ]
        );
    }

    #[test]
    fn regions_that_cannot_be_cut() {
        let text = "<!-- code: src/text.rs#a -->\n```rust\n```\n";
        for source in ["// ANCHOR: ab\n// ANCHOR_END: ab\n", "// ANCHOR_END: a\n// ANCHOR: a\n"] {
            assert_eq!(
                faults(source, text),
                ["lessons/streaming/README.md:1: src/text.rs has no region `a`; put it between \
                  the comments `ANCHOR: a` and `ANCHOR_END: a`, or correct the name"]
            );
        }
    }
}
