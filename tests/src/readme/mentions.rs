//! An id that a page mentions is claimed by one of the pages.
//!
//! A reader who meets `DE-44` in a sentence, a table or a comment looks it up.

use std::collections::BTreeMap;

use super::claims::{RETIRED, numbers};
use super::{Fault, Page};
use crate::ClaimId;

/// No page mentions a claim that no page makes, or makes no longer.
pub fn check_mentions(pages: &[Page]) -> Vec<Fault> {
    let given = pages.iter().flat_map(numbers).map(|claim| (claim.id, claim.retired));
    let given: BTreeMap<ClaimId, bool> = given.collect();
    pages.iter().flat_map(|page| faults(page, &given)).collect()
}

fn faults(page: &Page, given: &BTreeMap<ClaimId, bool>) -> Vec<Fault> {
    let retirements = page.section(RETIRED);
    let lines = (1..).zip(page.text.lines());
    let mentioned = lines.flat_map(|(line, text)| mentions(text).map(move |id| (line, id)));
    mentioned
        // `UTF-8` looks like an id, but there is no lesson of that name.
        .filter(|(_, id)| given.keys().any(|other| other.prefix == id.prefix))
        .filter_map(|(line, id)| match given.get(&id) {
            Some(false) => None,
            Some(true) if retirements.contains(&line) => None,
            Some(true) => Some((line, format!("{id} is retired; name another claim, or none"))),
            None => Some((line, format!("no page claims {id}; correct the number, or claim it"))),
        })
        .map(|(line, message)| page.fault(line, message))
        .collect()
}

fn mentions(text: &str) -> impl Iterator<Item = ClaimId> {
    text.split(|c: char| !c.is_alphanumeric() && c != '-').filter_map(ClaimId::parse)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::fixtures::{FILE, messages};
    use super::*;

    #[test]
    fn an_id_that_no_page_claims() {
        let root = Path::new(".");
        let readme = Page::new(root, "README.md", "such as `ST-1`, not ST-3 or UT-8\n".to_owned());
        let text = "- **ST-1** one\n- **ST-2** (see ST-1)\n\n```python\n# ST-4: shown\n```\n";
        let lesson = Page::new(root, FILE, text.to_owned());
        assert_eq!(
            messages(check_mentions(&[readme, lesson])),
            [
                "README.md:1: no page claims ST-3; correct the number, or claim it",
                "lessons/streaming/README.md:5: no page claims ST-4; \
                 correct the number, or claim it",
            ]
        );
    }

    #[test]
    fn an_id_that_is_retired() {
        let text = "- **ST-1** one, not ST-2\n\n## Retired\n\n- ST-2: now in ST-1\n";
        let lesson = Page::new(Path::new("."), FILE, text.to_owned());
        assert_eq!(
            messages(check_mentions(&[lesson])),
            ["lessons/streaming/README.md:1: ST-2 is retired; name another claim, or none"]
        );
    }
}
