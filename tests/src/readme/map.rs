//! The map has a row for each topic of FastAPI's documentation, in FastAPI's order.
//!
//! A row is three cells: the topic, with a link to its page; what axum has; and where to
//! read on, in a lesson of ours or in official documentation.

use std::collections::BTreeMap;

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
    faults.extend(topic_faults(page, &rows, sources.topics));
    faults.extend(lesson_faults(page, &rows, sources.lessons));
    faults.extend(summary_faults(page, &rows, sources));
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

    /// The lessons that it points at.
    fn lessons(&self, page: &Page) -> impl Iterator<Item = String> {
        let root = page.resolve("").unwrap_or_default();
        self.places().filter_map(move |place| {
            let file = root.join(place.split('#').next()?);
            let lesson = file.to_str()?.strip_prefix("lessons/")?.strip_suffix("/README.md")?;
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

/// The topics are those of the list, each once, and in its order.
fn topic_faults(page: &Page, rows: &[Row<'_>], topics: &str) -> Vec<Fault> {
    let wanted: Vec<&str> = listed(topics).collect();
    let mut faults = Vec::new();
    let mut lines: BTreeMap<usize, usize> = BTreeMap::new();
    let mut last = 0;
    for (line, topic) in rows.iter().filter_map(|row| Some((row.line, row.topic()?))) {
        let Some(index) = wanted.iter().position(|wanted| *wanted == topic) else {
            let message = format!("`{topic}` is in no list of topics; correct the address");
            faults.push(page.fault(line, message));
            continue;
        };
        if let Some(first) = lines.insert(index, line) {
            let message = format!("`{topic}` has a second row, first in line {first}; delete one");
            faults.push(page.fault(line, message));
        } else if index < last {
            let message = format!(
                "`{topic}` comes after `{}`, but FastAPI has it before; move the row",
                wanted[last]
            );
            faults.push(page.fault(line, message));
        }
        last = last.max(index);
    }
    faults.extend(missing(page, &wanted, &lines));
    faults
}

/// A fault for each topic without a row, in the line of the row that it should follow.
fn missing(page: &Page, wanted: &[&str], lines: &BTreeMap<usize, usize>) -> Vec<Fault> {
    let absent = (0..wanted.len()).filter(|index| !lines.contains_key(index));
    absent
        .map(|index| {
            let topic = wanted[index];
            match lines.range(..index).next_back() {
                Some((before, line)) => page.fault(
                    *line,
                    format!("`{topic}` has no row; write one after that of `{}`", wanted[*before]),
                ),
                None => page.fault(1, format!("`{topic}` has no row; write one at the beginning")),
            }
        })
        .collect()
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

/// The page says how much it is, and of which version.
fn summary_faults(page: &Page, rows: &[Row<'_>], sources: &Sources<'_>) -> Vec<Fault> {
    let taught = rows.iter().filter(|row| row.lessons(page).next().is_some()).count();
    let count = format!("{} topics, {taught} of them with a link into a lesson", rows.len());
    let version = sources.requirements.lines().find_map(|line| line.strip_prefix("fastapi=="));
    let version = format!("FastAPI {}", version.unwrap_or("(not pinned)"));
    let mut faults = Vec::new();
    if !page.text().contains(&count) {
        let message = format!("the page does not say how much it has; write `{count}`");
        faults.push(page.fault(1, message));
    }
    if !page.text().contains(&version) {
        let message = format!(
            "the page does not say that its list is of {version}, the version that the tests \
             run; compare the list with that version's documentation, and write it"
        );
        faults.push(page.fault(1, message));
    }
    faults
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::fixtures::messages;
    use super::*;

    const TOPICS: &str = "# From somewhere.\n\ntutorial/body/\ntutorial/cors/\nadvanced/wsgi/\n";

    const BODY: &str = "| [Body](https://fastapi.tiangolo.com/tutorial/body/) | `Json` | \
                        [sql](sql/README.md#body), [docs](https://docs.rs/axum) |\n";
    const CORS: &str = "| [CORS](https://fastapi.tiangolo.com/tutorial/cors/) | a layer | \
                        [docs](https://docs.rs/tower-http) |\n";
    const WSGI: &str = "| [WSGI](https://fastapi.tiangolo.com/advanced/wsgi/) | nothing | \
                        [async](async/README.md) |\n";

    fn faults(rows: &[&str]) -> Vec<String> {
        let summary = "FastAPI 1.2.3 has 3 topics, 2 of them with a link into a lesson.\n";
        faults_of(&format!("{summary}\n| a | b | c |\n| - | - | - |\n{}", rows.concat()))
    }

    fn faults_of(text: &str) -> Vec<String> {
        let page = Page::new(Path::new("."), "lessons/README.md", text.to_owned());
        let lessons = ["async".to_owned(), "sql".to_owned()];
        let requirements = "# A comment.\nfastapi==1.2.3\nhttpx==1.0.0\n";
        messages(check_map(&page, &Sources { topics: TOPICS, requirements, lessons: &lessons }))
    }

    #[test]
    fn a_complete_map_is_no_fault() {
        assert_eq!(faults(&[BODY, CORS, WSGI]), Vec::<String>::new());
        let text = "FastAPI 1.2.3, 3 topics, 2 of them with a link into a lesson\n\n";
        let table = "| a | b | c |\n| - | - | - |\n";
        let two_tables = format!("{text}{table}{BODY}\n## Next\n\n{table}{CORS}{WSGI}");
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
                "lessons/README.md:5: `tutorial/cors/` has no row; \
                 write one after that of `tutorial/body/`",
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
    fn a_topic_without_a_row() {
        let summary = "FastAPI 1.2.3 has 2 topics, 2 of them with a link into a lesson.\n\n";
        let table = "| a | b | c |\n| - | - | - |\n";
        assert_eq!(
            faults_of(&format!("{summary}{table}{BODY}{WSGI}")),
            ["lessons/README.md:5: `tutorial/cors/` has no row; \
              write one after that of `tutorial/body/`"]
        );
        let summary = "FastAPI 1.2.3 has 2 topics, 1 of them with a link into a lesson.\n\n";
        let row = WSGI.replace("async/README.md", "sql/README.md), [b](async/README.md");
        assert_eq!(
            faults_of(&format!("{summary}{table}{CORS}{row}")),
            ["lessons/README.md:1: `tutorial/body/` has no row; write one at the beginning"]
        );
    }

    #[test]
    fn a_topic_that_fastapi_does_not_have() {
        let row = CORS.replace("tutorial/cors/", "tutorial/corps/");
        assert_eq!(
            faults(&[BODY, CORS, &row, WSGI])[0],
            "lessons/README.md:7: `tutorial/corps/` is in no list of topics; correct the address"
        );
    }

    #[test]
    fn a_topic_with_two_rows() {
        assert_eq!(
            faults(&[BODY, CORS, CORS, WSGI])[0],
            "lessons/README.md:7: `tutorial/cors/` has a second row, first in line 6; delete one"
        );
    }

    #[test]
    fn topics_in_another_order() {
        assert_eq!(
            faults(&[BODY, WSGI, CORS]),
            ["lessons/README.md:7: `tutorial/cors/` comes after `advanced/wsgi/`, \
              but FastAPI has it before; move the row"]
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
            faults_of(&format!("FastAPI 1.2.2 has 4 topics.\n\n{table}{BODY}{CORS}{WSGI}")),
            [
                "lessons/README.md:1: the page does not say how much it has; \
                 write `3 topics, 2 of them with a link into a lesson`",
                "lessons/README.md:1: the page does not say that its list is of FastAPI 1.2.3, \
                 the version that the tests run; compare the list with that version's \
                 documentation, and write it",
            ]
        );
    }
}
