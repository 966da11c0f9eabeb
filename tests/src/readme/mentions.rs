//! An id that a page mentions is claimed by one of the pages.
//!
//! A reader who meets `DE-44` in a sentence, a table or a comment looks it up.

use std::collections::BTreeSet;

use super::claims::claims_of;
use super::{Fault, Page};
use crate::ClaimId;

/// No page mentions a claim that no page makes.
pub fn check_mentions(pages: &[Page]) -> Vec<Fault> {
    let claimed: BTreeSet<ClaimId> =
        pages.iter().flat_map(claims_of).map(|claim| claim.id).collect();
    pages.iter().flat_map(|page| faults(page, &claimed)).collect()
}

fn faults(page: &Page, claimed: &BTreeSet<ClaimId>) -> Vec<Fault> {
    let lines = (1..).zip(page.text.lines());
    let mentioned = lines.flat_map(|(line, text)| mentions(text).map(move |id| (line, id)));
    mentioned
        // `UTF-8` looks like an id, but there is no lesson of that name.
        .filter(|(_, id)| claimed.iter().any(|other| other.prefix == id.prefix))
        .filter(|(_, id)| !claimed.contains(id))
        .map(|(line, id)| {
            page.fault(line, format!("no page claims {id}; correct the number, or claim it"))
        })
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
}
