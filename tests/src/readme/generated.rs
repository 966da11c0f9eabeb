//! What a command writes into a page, between two comments of its own.

use super::{Fault, Page, register};

/// The table of what FastAPI and axum answer where they differ, written by a run of the tests.
pub const ANSWERS: Generated = Generated { name: "answers", command: "just bless" };

/// How many minutes a page takes to read.
pub const MINUTES: Generated = Generated { name: "minutes", command: "just bless" };

/// A part of a page between `<!-- answers -->` and `<!-- /answers -->`, which stand within a line
/// or on lines of their own.
#[derive(Clone, Copy, Debug)]
pub struct Generated {
    /// What the comments say.
    pub name: &'static str,
    /// The command that writes it.
    pub command: &'static str,
}

impl Generated {
    /// One of the pages has the two comments, and what is between them is what is `wanted` there.
    pub fn check(&self, pages: &[Page], wanted: impl Fn(&Page) -> String) -> Vec<Fault> {
        if !self.is_in(pages) {
            let [opening, closing] = self.comments();
            let message = format!(
                "the {} stand nowhere; write `{opening}` and `{closing}` where they belong, \
                 and run `{}`",
                self.name, self.command
            );
            return vec![register(pages).fault(1, message)];
        }
        pages.iter().filter_map(|page| self.difference(page, &wanted(page))).collect()
    }

    /// Whether one of the pages has the two comments.
    pub fn is_in(&self, pages: &[Page]) -> bool {
        pages.iter().any(|page| self.parts(page).is_some())
    }

    /// The page's text with this between the comments; unchanged if it has not both.
    pub fn bless(&self, page: &Page, content: &str) -> String {
        match self.parts(page) {
            Some([before, shown, after]) if shown.starts_with('\n') => {
                format!("{before}\n\n{content}\n{after}")
            }
            Some([before, _, after]) => format!("{before}{content}{after}"),
            None => page.text.clone(),
        }
    }

    fn comments(&self) -> [String; 2] {
        [format!("<!-- {} -->", self.name), format!("<!-- /{} -->", self.name)]
    }

    /// The page up to the opening comment, between the two, and from the closing one on; `None`
    /// if it has not both, in this order.
    fn parts<'a>(&self, page: &'a Page) -> Option<[&'a str; 3]> {
        let [opening, closing] = self.comments();
        let start = page.text.find(&opening)? + opening.len();
        let end = start + page.text[start..].find(&closing)?;
        Some([&page.text[..start], &page.text[start..end], &page.text[end..]])
    }

    /// The first line that is another than it should be.
    fn difference(&self, page: &Page, wanted: &str) -> Option<Fault> {
        let [before, part, _] = self.parts(page)?;
        let (shown, wanted) = (part.trim(), wanted.trim());
        if shown == wanted {
            return None;
        }
        let lines = shown.lines().zip(wanted.lines());
        let same = lines.take_while(|(shown, wanted)| shown == wanted).count();
        let should = match wanted.lines().nth(same) {
            Some(line) => format!("be `{line}`"),
            None => "not be here".to_owned(),
        };
        let line = before.matches('\n').count() + 1;
        let (line, what) = match part.starts_with('\n') {
            // The first line stands below the comment and an empty line.
            true => (line + 2 + same, "this line"),
            false => (line, self.name),
        };
        Some(page.fault(line, format!("{what} should {should}; run `{}`", self.command)))
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::{CLAIMS, messages, page, pages};
    use super::*;

    const TABLE: &str = "| claim |\n| --- |\n| ST-1 |\n| ST-2 |\n";

    const EMPTY: &str = "# T\n\n<!-- answers -->\n<!-- /answers -->\n";

    fn faults(pages: &[Page]) -> Vec<String> {
        messages(ANSWERS.check(pages, |_| TABLE.to_owned()))
    }

    #[test]
    fn a_blessed_page_has_no_fault() {
        let blessed = ANSWERS.bless(&page(&EMPTY.replace("-->\n<", "-->\nold\n<")), TABLE);
        assert_eq!(blessed, format!("# T\n\n<!-- answers -->\n\n{TABLE}\n<!-- /answers -->\n"));
        assert_eq!(faults(&[page(&blessed)]), Vec::<String>::new());
        assert_eq!(ANSWERS.bless(&page(&blessed), TABLE), blessed);
    }

    #[test]
    fn a_line_that_the_run_does_not_say() {
        let text = ANSWERS.bless(&page(EMPTY), TABLE);
        assert_eq!(
            faults(&[page(&text.replace("ST-2", "ST-3"))]),
            ["lessons/streaming/README.md:8: this line should be `| ST-2 |`; run `just bless`"]
        );
        let more = text.replace("| ST-2 |\n", "| ST-2 |\n| ST-9 |\n");
        assert_eq!(
            faults(&pages(&["", &more])),
            [format!("{CLAIMS}:9: this line should not be here; run `just bless`")]
        );
    }

    #[test]
    fn minutes_stand_in_a_sentence() {
        let text = "# T\n\nIn <!-- minutes -->7<!-- /minutes --> minutes.\n";
        let faults = |text| messages(MINUTES.check(&[page(text)], |_| "24".to_owned()));
        assert_eq!(
            faults(text),
            ["lessons/streaming/README.md:3: minutes should be `24`; run `just bless`"]
        );
        let blessed = MINUTES.bless(&page(text), "24");
        assert_eq!(blessed, text.replace('7', "24"));
        assert_eq!(faults(&blessed), Vec::<String>::new());
    }

    #[test]
    fn pages_without_the_comments() {
        let message = "the answers stand nowhere; write `<!-- answers -->` and \
                       `<!-- /answers -->` where they belong, and run `just bless`";
        assert_eq!(faults(&[page("# T\n")]), [format!("lessons/streaming/README.md:1: {message}")]);
        assert_eq!(faults(&pages(&["# T\n", ""])), [format!("{CLAIMS}:1: {message}")]);
        assert_eq!(ANSWERS.bless(&page("# T\n"), TABLE), "# T\n");
    }
}
