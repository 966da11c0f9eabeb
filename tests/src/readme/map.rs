//! The map has a row for each topic of FastAPI's documentation, in FastAPI's order.
//!
//! A row is three cells: the topic, with a link to its page; what axum has; and where to
//! read on, in a lesson of ours or in official documentation.

use super::{Fault, Page};

/// Where FastAPI's documentation is.
const FASTAPI: &str = "https://fastapi.tiangolo.com/";

/// Documentation that a row may end at. A blog goes out of date, and nobody notices.
const OFFICIAL: [&str; 3] = ["https://docs.rs/", "https://doc.rust-lang.org/", "https://serde.rs/"];

/// What the map is compared with.
#[derive(Clone, Copy, Debug)]
pub struct Sources<'a> {
    /// The addresses of the topics, one a line and in order, without the host.
    pub topics: &'a str,
    /// Python's packages with their versions, `fastapi==1.2.3`.
    pub requirements: &'a str,
    /// The names of the lessons.
    pub lessons: &'a [String],
}

/// A row of the map, as it is written.
struct Row<'a> {
    line: usize,
    cells: Vec<&'a str>,
}

/// The rows are whole, complete and in order, and the page says what they are a list of.
pub fn check_map(page: &Page, sources: &Sources<'_>) -> Vec<Fault> {
    let rows = rows(page);
    let mut faults: Vec<Fault> = rows.iter().flat_map(|row| row_faults(page, row)).collect();
    faults.extend(topic_fault(page, &rows, sources.topics));
    faults.extend(lesson_faults(page, &rows, sources.lessons));
    faults.extend(version_fault(page, sources.requirements));
    faults
}

/// The rows of all tables, without their titles and the dashes below them.
fn rows(page: &Page) -> Vec<Row<'_>> {
    let mut rows = Vec::new();
    let mut in_table = 0;
    for (line, text) in page.prose() {
        let Some(row) = text.trim().strip_prefix('|') else {
            in_table = 0;
            continue;
        };
        in_table += 1;
        if in_table > 2 {
            let cells = row.strip_suffix('|').unwrap_or(row).split('|').map(str::trim).collect();
            rows.push(Row { line, cells });
        }
    }
    rows
}

impl Row<'_> {
    /// The topic's address, without the host.
    fn topic(&self) -> Option<&str> {
        let mut targets = targets(self.cells.first()?);
        targets.find_map(|target| target.strip_prefix(FASTAPI))
    }

    /// What the row says on where to read on.
    fn places(&self) -> impl Iterator<Item = &str> {
        self.cells.get(2).into_iter().flat_map(|cell| targets(cell))
    }

    /// The lessons that it points at, on any of their pages.
    fn lessons(&self, page: &Page) -> impl Iterator<Item = String> {
        let root = page.resolve("").unwrap_or_default();
        self.places().filter_map(move |place| {
            let file = root.join(place.split('#').next()?);
            let (lesson, _) = file.to_str()?.strip_prefix("lessons/")?.split_once('/')?;
            Some(lesson.to_owned())
        })
    }
}

/// The addresses of the links in a cell.
fn targets(cell: &str) -> impl Iterator<Item = &str> {
    cell.split("](").skip(1).filter_map(|rest| rest.split(')').next())
}

fn row_faults(page: &Page, row: &Row<'_>) -> Vec<Fault> {
    let fault = |message: String| page.fault(row.line, message);
    let [_, counterpart, _] = row.cells[..] else {
        return vec![fault(format!(
            "this row has {} cells; write three: FastAPI's topic, what axum has, and where",
            row.cells.len()
        ))];
    };
    let mut faults = Vec::new();
    if row.topic().is_none() {
        faults.push(fault(format!(
            "the first cell links to no page of FastAPI's; write `[…]({FASTAPI}tutorial/…/)`"
        )));
    }
    if counterpart.is_empty() {
        let message = "the second cell is empty; say what axum has, or that it has nothing";
        faults.push(fault(message.to_owned()));
    }
    if row.places().next().is_none() {
        let message = "the last cell has no link; write one to a lesson, or to documentation";
        faults.push(fault(message.to_owned()));
    }
    let foreign = row.places().filter(|place| !is_sound(place));
    faults.extend(foreign.map(|place| {
        let official = OFFICIAL.map(|host| format!("`{host}`")).join(", ");
        fault(format!(
            "`{place}` is neither ours nor official documentation; \
             link to a file of ours, or to a page below one of: {official}"
        ))
    }));
    faults
}

fn is_sound(place: &str) -> bool {
    !place.contains(':') || OFFICIAL.iter().any(|host| place.starts_with(host))
}

/// The topics are those of the list, each once, and in its order; named is where they part.
fn topic_fault(page: &Page, rows: &[Row<'_>], topics: &str) -> Option<Fault> {
    let wanted: Vec<&str> = listed(topics).collect();
    let topic = |index: usize| rows.get(index).and_then(Row::topic);
    let mut indices = 0..wanted.len().max(rows.len());
    let index = indices.find(|index| wanted.get(*index).copied() != topic(*index))?;
    let message = match wanted.get(index) {
        Some(topic) => format!(
            "FastAPI's topic here is `{topic}`; write its row, or bring the rows into its order"
        ),
        None => "FastAPI has no topic after those above; delete this row".to_owned(),
    };
    let line = rows.get(index).or(rows.last()).map_or(1, |row| row.line);
    Some(page.fault(line, message))
}

/// The lines of the list that are no comments.
fn listed(topics: &str) -> impl Iterator<Item = &str> {
    topics.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'))
}

fn lesson_faults(page: &Page, rows: &[Row<'_>], lessons: &[String]) -> Vec<Fault> {
    let pointed_at: Vec<String> = rows.iter().flat_map(|row| row.lessons(page)).collect();
    let forgotten = lessons.iter().filter(|lesson| !pointed_at.contains(lesson));
    forgotten
        .map(|lesson| {
            let message = format!(
                "no row points at the lesson `{lesson}`; \
                 link to {lesson}/README.md where FastAPI teaches the same"
            );
            page.fault(1, message)
        })
        .collect()
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
        messages(check_map(&page, &Sources { topics: TOPICS, requirements, lessons: &lessons }))
    }

    /// The fault of a line that should be about this topic.
    fn part(line: usize, topic: &str) -> String {
        format!(
            "lessons/README.md:{line}: FastAPI's topic here is `{topic}`; \
             write its row, or bring the rows into its order"
        )
    }

    #[test]
    fn a_complete_map_is_no_fault() {
        assert_eq!(faults(&[BODY, CORS, WSGI]), Vec::<String>::new());
        let table = "| a | b | c |\n| - | - | - |\n";
        let two_tables = format!("{VERSION}\n{table}{BODY}\n## Next\n\n{table}{CORS}{WSGI}");
        assert_eq!(faults_of(&two_tables), Vec::<String>::new());
    }

    #[test]
    fn a_row_that_does_not_have_three_cells() {
        let row = CORS.replace("a layer |", "a layer | more |");
        assert_eq!(
            faults(&[BODY, &row, WSGI]),
            ["lessons/README.md:6: this row has 4 cells; \
              write three: FastAPI's topic, what axum has, and where"]
        );
    }

    #[test]
    fn a_row_without_a_page_of_fastapi() {
        let row = CORS.replace("fastapi.tiangolo.com", "example.org");
        assert_eq!(
            faults(&[BODY, &row, WSGI]),
            [
                "lessons/README.md:6: the first cell links to no page of FastAPI's; \
                 write `[…](https://fastapi.tiangolo.com/tutorial/…/)`",
                &part(6, "tutorial/cors/"),
            ]
        );
    }

    #[test]
    fn a_row_that_does_not_say_what_axum_has() {
        assert_eq!(
            faults(&[BODY, &CORS.replace("a layer", ""), WSGI]),
            ["lessons/README.md:6: the second cell is empty; \
              say what axum has, or that it has nothing"]
        );
    }

    #[test]
    fn a_row_that_leads_nowhere() {
        assert_eq!(
            faults(&[BODY, &CORS.replace("[docs](https://docs.rs/tower-http)", "docs"), WSGI]),
            ["lessons/README.md:6: the last cell has no link; \
              write one to a lesson, or to documentation"]
        );
    }

    #[test]
    fn a_row_that_leads_to_neither_a_lesson_nor_documentation() {
        assert_eq!(
            faults(&[BODY, &CORS.replace("docs.rs", "blog.example"), WSGI]),
            ["lessons/README.md:6: `https://blog.example/tower-http` is neither ours nor \
              official documentation; link to a file of ours, or to a page below one of: \
              `https://docs.rs/`, `https://doc.rust-lang.org/`, `https://serde.rs/`"]
        );
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
