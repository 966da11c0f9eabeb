//! The figures that a measuring run wrote down, shown by a README.

use super::between::{Between, first_difference};
use super::{Fault, Page};

const FIGURES: Between = Between { opening: "<!-- figures -->", closing: "<!-- /figures -->" };

/// The page between its two comments `figures` is what the file of figures says.
pub fn check_figures(page: &Page, markdown: &str) -> Vec<Fault> {
    let Some(parts) = FIGURES.parts(&page.text) else {
        let message = format!(
            "the figures of this page are nowhere; write `{}` and `{}` where they belong, \
             and run `just bless-figures`",
            FIGURES.opening, FIGURES.closing
        );
        return vec![page.fault(1, message)];
    };
    let Some((line, row)) = first_difference(&parts, markdown) else { return Vec::new() };
    let message = match row {
        Some(row) => format!("what was measured is `{row}`; run `just bless-figures`"),
        None => "nobody has measured what this line says; run `just bless-figures`".to_owned(),
    };
    vec![page.fault(line, message)]
}

/// The page's text with these figures.
pub fn bless_figures(page: &Page, markdown: &str) -> String {
    FIGURES.put(&page.text, markdown)
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::{messages, page};
    use super::*;

    const MEASURED: &str = "| | CPU |\n| --- | ---: |\n| axum | 12.3 |\n";

    #[test]
    fn a_blessed_page_has_no_fault() {
        let blessed = bless_figures(&page("<!-- figures -->\n<!-- /figures -->\n"), MEASURED);
        assert_eq!(blessed, format!("<!-- figures -->\n\n{MEASURED}\n<!-- /figures -->\n"));
        assert_eq!(messages(check_figures(&page(&blessed), MEASURED)), Vec::<String>::new());
    }

    #[test]
    fn a_figure_that_somebody_typed() {
        let text = bless_figures(&page("<!-- figures -->\n<!-- /figures -->\n"), MEASURED);
        let changed = text.replace("12.3", "1.23");
        assert_eq!(
            messages(check_figures(&page(&changed), MEASURED)),
            ["lessons/streaming/README.md:5: what was measured is `| axum | 12.3 |`; \
              run `just bless-figures`"]
        );
        let more = text.replace("| axum | 12.3 |\n", "| axum | 12.3 |\n| mine | 1 |\n");
        assert_eq!(
            messages(check_figures(&page(&more), MEASURED)),
            ["lessons/streaming/README.md:6: nobody has measured what this line says; \
              run `just bless-figures`"]
        );
    }

    #[test]
    fn a_page_without_the_comments() {
        assert_eq!(
            messages(check_figures(&page("# T\n"), MEASURED)),
            ["lessons/streaming/README.md:1: the figures of this page are nowhere; write \
              `<!-- figures -->` and `<!-- /figures -->` where they belong, \
              and run `just bless-figures`"]
        );
    }
}
