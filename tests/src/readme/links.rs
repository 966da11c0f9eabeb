//! Links between files resolve, down to the heading or the anchor.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use super::{Fault, Link, Page};
use crate::ClaimId;

/// Every relative link leads to a file or folder, and its fragment to a heading or an anchor
/// of one of the pages.
///
/// Links to the web are checked for their form only: a test needs no network.
pub fn check_links(pages: &[Page]) -> Vec<Fault> {
    let links = pages.iter().flat_map(|page| page.links.iter().map(move |link| (page, link)));
    links
        .filter_map(|(page, link)| Some(page.fault(link.line, fault(page, link, pages)?)))
        .collect()
}

fn fault(page: &Page, link: &Link, pages: &[Page]) -> Option<String> {
    let target = &link.target;
    if let Some(id) = ClaimId::parse(&link.text)
        && !target.ends_with(&format!("#{}", id.anchor()))
    {
        return Some(format!(
            "the link `{target}` is called {id}, so it leads to that claim; end it with `#{}`",
            id.anchor()
        ));
    }
    if target.contains(':') {
        return web_fault(target);
    }
    let (path, fragment) = match target.split_once('#') {
        Some((path, fragment)) => (path, Some(fragment)),
        None => (target.as_str(), None),
    };
    let resolved = match path {
        "" => Some(PathBuf::from(&page.file)),
        path => page.resolve(path),
    };
    let Some(resolved) = resolved else {
        return Some(format!("the link `{target}` leaves the repository; link to the web instead"));
    };
    let Some(other) = pages.iter().find(|other| Path::new(&other.file) == resolved) else {
        let leads_nowhere = !page.root.join(&resolved).exists();
        let file = resolved.display();
        return leads_nowhere
            .then(|| format!("the link `{target}` leads nowhere; there is no {file}"));
    };
    let (anchors, fragment) = (anchors(other), fragment?);
    (!anchors.iter().any(|anchor| anchor == fragment)).then(|| {
        let (file, anchors) = (&other.file, anchors.join(", "));
        format!("the link `{target}` names no heading and no anchor; {file} has: {anchors}")
    })
}

fn web_fault(target: &str) -> Option<String> {
    let url = reqwest::Url::parse(target);
    let sound = url.is_ok_and(|url| ["http", "https", "mailto"].contains(&url.scheme()));
    (!sound).then(|| {
        format!("the link `{target}` is no web address; write `https://`, a host and a path")
    })
}

/// The anchors that GitHub gives to the headings, a number to a repeated title, and those that
/// the page gives itself.
fn anchors(page: &Page) -> Vec<String> {
    let mut seen: HashMap<String, usize> = HashMap::new();
    let mut anchors = Vec::new();
    for heading in &page.headings {
        let anchor = anchor(&heading.title);
        let count = seen.entry(anchor.clone()).or_default();
        anchors.push(match *count {
            0 => anchor,
            repeated => format!("{anchor}-{repeated}"),
        });
        *count += 1;
    }
    anchors.extend(page.anchors.iter().cloned());
    anchors
}

fn anchor(title: &str) -> String {
    title
        .to_lowercase()
        .chars()
        .filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'))
        .map(|c| if c == ' ' { '-' } else { c })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::{messages, page, page_in, pages, repository};
    use super::*;

    fn faults(text: &str) -> Vec<String> {
        messages(check_links(&[page(text)]))
    }

    #[test]
    fn sound_links_are_no_fault() {
        let root = repository(&[("lessons/streaming/src/text.rs", "")]);
        let up = "# The map: FastAPI → `axum`\n\n## Twice\n\n## Twice\n";
        let up = Page::new(root.path(), "README.md", up.to_owned());
        let text = "# Start & stop_it\n\n\
                    [up](../../README.md#the-map-fastapi--axum) [again](/README.md#twice-1)\n\
                    ![file](src/text.rs#L3) [folder](src) [here](#start--stop_it)\n\
                    [web](https://docs.rs/axum/latest/axum/#x) <mailto:a@b.example> [ref]\n\n\
                    | a |\n| - |\n| [cell](src) |\n\n\
                    ```text\n[in code](nowhere.md)\n```\n\n[ref]: src\n";
        let page = page_in(root.path(), text);
        assert_eq!(messages(check_links(&[up, page])), Vec::<String>::new());
    }

    #[test]
    fn a_link_to_a_missing_file() {
        assert_eq!(
            faults("text\n![a](src/gone.png)\n"),
            ["lessons/streaming/README.md:2: the link `src/gone.png` leads nowhere; \
              there is no lessons/streaming/src/gone.png"]
        );
    }

    #[test]
    fn a_link_out_of_the_repository() {
        assert_eq!(
            faults("[a](../../../other/README.md)\n"),
            ["lessons/streaming/README.md:1: the link `../../../other/README.md` \
              leaves the repository; link to the web instead"]
        );
    }

    #[test]
    fn fragments_that_are_no_heading() {
        let up = Page::new(Path::new("."), "README.md", "# One\n\n## Two\n".to_owned());
        let page = page("# Here\n[a](#there)\n[b](../../README.md#three)\n");
        assert_eq!(
            messages(check_links(&[page, up])),
            [
                "lessons/streaming/README.md:2: the link `#there` names no heading and no anchor; \
                 lessons/streaming/README.md has: here",
                "lessons/streaming/README.md:3: the link `../../README.md#three` \
                 names no heading and no anchor; README.md has: one, two",
            ]
        );
    }

    #[test]
    fn links_to_claims_name_their_anchors() {
        let claims = "- **ST-1** one <a id=\"st-1\"></a>\n[ST-1](#st-1) [up](../README.md#title)\n";
        let readme = "# Title\n[ST-1](docs/claims.md#st-1) [more](docs/claims.md)\n";
        let faults = |texts: &[&str; 2]| messages(check_links(&pages(texts)));
        assert_eq!(faults(&[readme, claims]), Vec::<String>::new());
        let text = "[`ST-2`](docs/claims.md#st-1) [ST-3](docs/claims.md#st-3)\n";
        assert_eq!(
            faults(&[text, "<a id=\"st-1\"></a>\n"]),
            [
                "lessons/streaming/README.md:1: the link `docs/claims.md#st-1` is called ST-2, \
                 so it leads to that claim; end it with `#st-2`",
                "lessons/streaming/README.md:1: the link `docs/claims.md#st-3` names no heading \
                 and no anchor; lessons/streaming/docs/claims.md has: st-1",
            ]
        );
    }

    #[test]
    fn web_addresses_that_are_none() {
        assert_eq!(
            faults("[a](https://)\n[b](htps://docs.rs)\n"),
            [
                "lessons/streaming/README.md:1: the link `https://` is no web address; \
                 write `https://`, a host and a path",
                "lessons/streaming/README.md:2: the link `htps://docs.rs` is no web address; \
                 write `https://`, a host and a path",
            ]
        );
    }
}
