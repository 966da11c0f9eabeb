//! The map has a row for each topic of FastAPI's documentation, in FastAPI's order.

use super::{Fault, Page};

/// Where FastAPI's documentation is.
const FASTAPI: &str = "https://fastapi.tiangolo.com/";

/// The topics are complete and in order, each lesson is linked to, and the page says what it is a
/// list of.
///
/// `topics` has their addresses without the host, one a line and in order; `requirements` has
/// Python's packages with their versions, `fastapi==1.2.3`.
pub fn check_map(page: &Page, topics: &str, lessons: &[String], requirements: &str) -> Vec<Fault> {
    let mut faults = Vec::from_iter(topic_fault(page, topics));
    faults.extend(lesson_faults(page, lessons));
    faults.extend(version_fault(page, requirements));
    faults
}

/// The topics that the page links to are those of the list, each once, and in its order; named
/// is where they part.
fn topic_fault(page: &Page, topics: &str) -> Option<Fault> {
    let links = page.links.iter();
    let shown: Vec<(usize, &str)> =
        links.filter_map(|link| Some((link.line, link.target.strip_prefix(FASTAPI)?))).collect();
    let wanted: Vec<&str> = listed(topics).collect();
    let topic = |index: usize| shown.get(index).map(|(_, topic)| *topic);
    let mut indices = 0..wanted.len().max(shown.len());
    let index = indices.find(|index| wanted.get(*index).copied() != topic(*index))?;
    let message = match wanted.get(index) {
        Some(topic) => format!(
            "FastAPI's topic here is `{topic}`; write its row, or bring the rows into its order"
        ),
        None => "FastAPI has no topic after those above; delete this row".to_owned(),
    };
    let line = shown.get(index).or(shown.last()).map_or(1, |(line, _)| *line);
    Some(page.fault(line, message))
}

/// The lines of the list that are no comments.
fn listed(topics: &str) -> impl Iterator<Item = &str> {
    topics.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'))
}

fn lesson_faults(page: &Page, lessons: &[String]) -> Vec<Fault> {
    let leads_to = |folder: &str| page.links.iter().any(|link| link.target.starts_with(folder));
    let forgotten = lessons.iter().filter(|lesson| !leads_to(&format!("{lesson}/")));
    let message = |lesson| {
        format!(
            "no row points at the lesson `{lesson}`; \
             link to {lesson}/README.md where FastAPI teaches the same"
        )
    };
    forgotten.map(|lesson| page.fault(1, message(lesson))).collect()
}

/// The page says of which version its list is.
fn version_fault(page: &Page, requirements: &str) -> Option<Fault> {
    let version = requirements.lines().find_map(|line| line.strip_prefix("fastapi=="));
    let version = format!("FastAPI {}", version.unwrap_or("(not pinned)"));
    let message = format!(
        "the page does not say that its list is of {version}, the version that the tests \
         run; compare the list with that version's documentation, and write it"
    );
    (!page.text().contains(&version)).then(|| page.fault(1, message))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::fixtures::messages;
    use super::*;

    const TOPICS: &str = "# From somewhere.\n\ntutorial/body/\ntutorial/cors/\nadvanced/wsgi/\n";

    const VERSION: &str = "The list is that of FastAPI 1.2.3.\n";

    const BODY: &str = "| [Body](https://fastapi.tiangolo.com/tutorial/body/) | `Json` | \
                        [sql](sql/docs/1-body.md#body), [docs](https://docs.rs/axum) |\n";
    const CORS: &str = "| [CORS](https://fastapi.tiangolo.com/tutorial/cors/) | a layer | \
                        [docs](https://docs.rs/tower-http) |\n";
    const WSGI: &str = "| [WSGI](https://fastapi.tiangolo.com/advanced/wsgi/) | nothing | \
                        [async](async/README.md) |\n";

    fn faults(rows: &[&str]) -> Vec<String> {
        faults_of(&format!("{VERSION}\n| a | b | c |\n| - | - | - |\n{}", rows.concat()))
    }

    fn faults_of(text: &str) -> Vec<String> {
        let page = Page::new(Path::new("."), "lessons/README.md", text.to_owned());
        let lessons = ["async".to_owned(), "sql".to_owned()];
        let requirements = "# A comment.\nfastapi==1.2.3\nhttpx==1.0.0\n";
        messages(check_map(&page, TOPICS, &lessons, requirements))
    }

    /// The fault of a line that should be about this topic.
    fn part(line: usize, topic: &str) -> String {
        format!(
            "lessons/README.md:{line}: FastAPI's topic here is `{topic}`; \
             write its row, or bring the rows into its order"
        )
    }

    #[test]
    fn a_complete_map_passes() {
        assert_eq!(faults(&[BODY, CORS, WSGI]), Vec::<String>::new());
        let table = "| a | b | c |\n| - | - | - |\n";
        let two_tables = format!("{VERSION}\n{table}{BODY}\n## Next\n\n{table}{CORS}{WSGI}");
        assert_eq!(faults_of(&two_tables), Vec::<String>::new());
    }

    #[test]
    fn topics_that_are_not_those_of_fastapi() {
        let row = CORS.replace("tutorial/cors/", "tutorial/corps/");
        assert_eq!(faults(&[BODY, WSGI]), [part(6, "tutorial/cors/")], "none is left out");
        assert_eq!(faults(&[BODY, CORS, &row, WSGI]), [part(7, "advanced/wsgi/")], "none is new");
        assert_eq!(faults(&[BODY, CORS, CORS, WSGI]), [part(7, "advanced/wsgi/")], "none is twice");
        assert_eq!(faults(&[BODY, WSGI, CORS]), [part(6, "tutorial/cors/")], "all are in order");
    }

    #[test]
    fn rows_that_end_too_early_or_too_late() {
        assert_eq!(faults(&[WSGI, BODY])[..1], [part(5, "tutorial/body/")]);
        assert_eq!(
            faults(&[BODY, CORS, WSGI, CORS]),
            ["lessons/README.md:8: FastAPI has no topic after those above; delete this row"]
        );
        let wsgi = BODY.replace("docs.rs/axum", "docs.rs/async").replace("sql/docs", "async/docs");
        assert_eq!(
            faults(&[BODY, &wsgi.replace("tutorial/body", "tutorial/cors")]),
            [part(6, "advanced/wsgi/")]
        );
    }

    #[test]
    fn a_lesson_that_no_row_points_at() {
        assert_eq!(
            faults(&[BODY, CORS, &WSGI.replace("async/README.md", "sql/README.md")]),
            ["lessons/README.md:1: no row points at the lesson `async`; \
              link to async/README.md where FastAPI teaches the same"]
        );
    }

    #[test]
    fn a_map_that_does_not_say_what_it_is() {
        let table = "| a | b | c |\n| - | - | - |\n";
        assert_eq!(
            faults_of(&format!("FastAPI 1.2.2\n\n{table}{BODY}{CORS}{WSGI}")),
            ["lessons/README.md:1: the page does not say that its list is of FastAPI 1.2.3, \
              the version that the tests run; compare the list with that version's \
              documentation, and write it"]
        );
    }
}
