//! The table of what FastAPI and axum answer where they differ, written into a README by a run.

use super::between::{Between, first_difference};
use super::{Fault, Page};

const ANSWERS: Between = Between { opening: "<!-- answers -->", closing: "<!-- /answers -->" };

/// The page between its two comments `answers` is the table that a run of its tests gave.
pub fn check_answers(page: &Page, table: &str) -> Vec<Fault> {
    let Some(parts) = ANSWERS.parts(&page.text) else {
        let message = format!(
            "there is no table of answers; write `{}` and `{}` below \
             \"Where axum differs\", and run `just bless`",
            ANSWERS.opening, ANSWERS.closing
        );
        return vec![page.fault(1, message)];
    };
    let Some((line, row)) = first_difference(&parts, table) else { return Vec::new() };
    let message = match row {
        Some(row) => format!("the tests say `{row}` here; run `just bless`"),
        None => "no test says what this row says; run `just bless`".to_owned(),
    };
    vec![page.fault(line, message)]
}

/// The page's text with this table.
pub fn bless_answers(page: &Page, table: &str) -> String {
    ANSWERS.put(&page.text, table)
}

/// Whether a line opens the table that a run writes.
pub(super) fn opens_answers(line: &str) -> bool {
    line == ANSWERS.opening
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::{messages, page};
    use super::*;

    const TABLE: &str = "| claim |\n| --- |\n| ST-1 |\n| ST-2 |\n";

    #[test]
    fn a_blessed_page_has_no_fault() {
        let blessed =
            bless_answers(&page("# T\n\n<!-- answers -->\nold\n<!-- /answers -->\n"), TABLE);
        assert_eq!(blessed, format!("# T\n\n<!-- answers -->\n\n{TABLE}\n<!-- /answers -->\n"));
        assert_eq!(messages(check_answers(&page(&blessed), TABLE)), Vec::<String>::new());
        assert_eq!(bless_answers(&page(&blessed), TABLE), blessed);
    }

    #[test]
    fn a_row_that_the_tests_do_not_say() {
        let text = bless_answers(&page("<!-- answers -->\n<!-- /answers -->\n"), TABLE);
        let changed = text.replace("ST-2", "ST-3");
        assert_eq!(
            messages(check_answers(&page(&changed), TABLE)),
            ["lessons/streaming/README.md:6: the tests say `| ST-2 |` here; run `just bless`"]
        );
        let more = text.replace("| ST-2 |\n", "| ST-2 |\n| ST-9 |\n");
        assert_eq!(
            messages(check_answers(&page(&more), TABLE)),
            ["lessons/streaming/README.md:7: no test says what this row says; run `just bless`"]
        );
    }

    #[test]
    fn a_page_without_the_comments() {
        assert_eq!(
            messages(check_answers(&page("# T\n"), TABLE)),
            ["lessons/streaming/README.md:1: there is no table of answers; write \
              `<!-- answers -->` and `<!-- /answers -->` below \"Where axum differs\", \
              and run `just bless`"]
        );
        assert_eq!(bless_answers(&page("# T\n"), TABLE), "# T\n");
    }
}
