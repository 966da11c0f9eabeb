//! An id that a page mentions is claimed by one of the pages, and leads there.
//!
//! A reader who meets `DE-44` in a sentence, a table or a comment looks it up. Where the claims
//! of a lesson have a page of their own, an id in a sentence is a link to it.

use std::collections::BTreeMap;

use super::claims::{Claim, RETIRED, numbers};
use super::{Fault, Page};
use crate::ClaimId;

/// No page mentions a claim that no page makes, or makes no longer, or without a link to it.
pub fn check_mentions(pages: &[Page]) -> Vec<Fault> {
    let given = pages.iter().flat_map(numbers).map(|claim| (claim.id.clone(), claim));
    let given: BTreeMap<ClaimId, Claim<'_>> = given.collect();
    let of_final_form = |page: &&Page| {
        let of_its_lesson = |other: &&Page| other.subject() == page.subject();
        !page.is_register() && pages.iter().filter(of_its_lesson).any(Page::is_register)
    };
    let unlinked = pages.iter().filter(of_final_form).flat_map(|page| unlinked(page, &given));
    pages.iter().flat_map(|page| faults(page, &given)).chain(unlinked).collect()
}

/// Ids in sentences that could be links.
fn unlinked(page: &Page, given: &BTreeMap<ClaimId, Claim<'_>>) -> Vec<Fault> {
    let ids = page.unlinked.iter().flat_map(|at| mentions(&at.text).map(|id| (at.line, id)));
    ids.filter_map(|(line, id)| {
        let register = given.get(&id).filter(|claim| !claim.retired)?.page;
        let message = format!(
            "{id} is no link; write `[{id}](…#{})`, with the way to {}",
            id.anchor(),
            register.file
        );
        register.is_register().then(|| page.fault(line, message))
    })
    .collect()
}

fn faults(page: &Page, given: &BTreeMap<ClaimId, Claim<'_>>) -> Vec<Fault> {
    let retirements = page.section(RETIRED);
    let lines = (1..).zip(page.text.lines());
    let mentioned = lines.flat_map(|(line, text)| mentions(text).map(move |id| (line, id)));
    mentioned
        // `UTF-8` looks like an id, but there is no lesson of that name.
        .filter(|(_, id)| given.keys().any(|other| other.prefix == id.prefix))
        .filter_map(|(line, id)| match given.get(&id).map(|claim| claim.retired) {
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

    use super::super::fixtures::{FILE, messages, pages};
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

    #[test]
    fn an_id_that_could_be_a_link() {
        let claims = "- **ST-1** one, not ST-2\n- **ST-2** two\n";
        let readme = "# On ST-1\n\n[ST-1](docs/claims.md#st-1), [so **ST-1**](#a) and `ST-2`\n\n\
                      | ST-1 |\n| --- |\n\n```text\nST-1\n```\n";
        let way = "with the way to lessons/streaming/docs/claims.md";
        assert_eq!(
            messages(check_mentions(&pages(&[readme, claims]))),
            [("1", "ST-1", "st-1"), ("3", "ST-2", "st-2"), ("5", "ST-1", "st-1")].map(
                |(line, id, anchor)| format!(
                    "lessons/streaming/README.md:{line}: {id} is no link; \
                     write `[{id}](…#{anchor})`, {way}"
                )
            )
        );
        let [readme, _] = pages(&[readme, claims]);
        let elsewhere = Page::new(Path::new("."), "lessons/sql/README.md", claims.to_owned());
        assert_eq!(messages(check_mentions(&[readme, elsewhere])), Vec::<String>::new());
    }
}
