//! Links between files resolve, down to the heading.

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};

use super::{Fault, Heading, Link, Page};

/// Every relative link leads to a file or folder, and its fragment to a heading.
///
/// Links to the web are checked for their form only: a test needs no network.
pub fn check_links(page: &Page) -> Vec<Fault> {
    let mut linked = HashMap::new();
    let links = page.links.iter();
    links.filter_map(|link| Some(page.fault(link.line, fault(page, link, &mut linked)?))).collect()
}

/// The anchors of the pages that were linked to so far. Many links lead to one page, and
/// to parse it for each of them takes seconds.
type Linked = HashMap<PathBuf, io::Result<Vec<String>>>;

fn fault(page: &Page, link: &Link, linked: &mut Linked) -> Option<String> {
    let target = &link.target;
    if target.contains(':') {
        return web_fault(target);
    }
    let (path, fragment) = match target.split_once('#') {
        Some((path, fragment)) => (path, Some(fragment)),
        None => (target.as_str(), None),
    };
    if path.is_empty() {
        let anchors = anchors(&page.headings);
        return fragment_fault(&page.file, &anchors, target, fragment.unwrap_or_default());
    }
    let Some(resolved) = page.resolve(path) else {
        return Some(format!("the link `{target}` leaves the repository; link to the web instead"));
    };
    if !page.root.join(&resolved).exists() {
        return Some(format!(
            "the link `{target}` leads nowhere; there is no {}",
            resolved.display()
        ));
    }
    let fragment = fragment.filter(|_| is_markdown(&resolved))?;
    let file = resolved.to_string_lossy().into_owned();
    let read = || Page::read(&page.root, &file).map(|other| anchors(&other.headings));
    match linked.entry(resolved).or_insert_with(read) {
        Ok(anchors) => fragment_fault(&file, anchors, target, fragment),
        Err(error) => Some(format!(
            "the target of the link `{target}` cannot be read ({error}); save it as UTF-8"
        )),
    }
}

fn web_fault(target: &str) -> Option<String> {
    let url = reqwest::Url::parse(target).ok();
    let sound = url.is_some_and(|url| match url.scheme() {
        "http" | "https" => url.host().is_some() && !target.contains(' '),
        scheme => scheme == "mailto",
    });
    (!sound).then(|| {
        format!("the link `{target}` is no web address; write `https://`, a host and a path")
    })
}

fn fragment_fault(file: &str, anchors: &[String], target: &str, fragment: &str) -> Option<String> {
    (!anchors.iter().any(|anchor| anchor == fragment)).then(|| {
        format!("the link `{target}` names no heading; {file} has: {}", anchors.join(", "))
    })
}

fn is_markdown(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "md")
}

/// The anchors that GitHub gives to the headings; a repeated title gets a number.
fn anchors(headings: &[Heading]) -> Vec<String> {
    let mut seen: HashMap<String, usize> = HashMap::new();
    let mut anchors = Vec::new();
    for heading in headings {
        let anchor = anchor(&heading.title);
        let count = seen.entry(anchor.clone()).or_default();
        anchors.push(match *count {
            0 => anchor,
            repeated => format!("{anchor}-{repeated}"),
        });
        *count += 1;
    }
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
    use super::super::fixtures::{FILE, messages, page, page_in, repository};
    use super::*;

    fn faults(text: &str) -> Vec<String> {
        messages(check_links(&page(text)))
    }

    #[test]
    fn sound_links_are_no_fault() {
        let root = repository(&[
            ("README.md", "# The map: FastAPI → `axum`\n\n## Twice\n\n## Twice\n"),
            ("lessons/streaming/src/text.rs", ""),
        ]);
        let text = "# Start & stop_it\n\n\
                    [up](../../README.md#the-map-fastapi--axum) [again](/README.md#twice-1)\n\
                    ![file](src/text.rs#L3) [folder](src) [here](#start--stop_it)\n\
                    [web](https://docs.rs/axum/latest/axum/#x) <mailto:a@b.example> [ref]\n\n\
                    | a |\n| - |\n| [cell](src) |\n\n\
                    ```text\n[in code](nowhere.md)\n```\n\n[ref]: src\n";
        let page = page_in(root.path(), text);
        assert_eq!(messages(check_links(&page)), Vec::<String>::new());
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
        let root = repository(&[(FILE, ""), ("README.md", "# One\n\n## Two\n")]);
        let page = page_in(root.path(), "# Here\n[a](#there)\n[b](../../README.md#three)\n");
        assert_eq!(
            messages(check_links(&page)),
            [
                "lessons/streaming/README.md:2: the link `#there` names no heading; \
                 lessons/streaming/README.md has: here",
                "lessons/streaming/README.md:3: the link `../../README.md#three` \
                 names no heading; README.md has: one, two",
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
