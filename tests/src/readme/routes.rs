//! The routes that a lesson's table lists.

use super::Page;

/// The paths in the first column of the table below the heading "The routes".
///
/// They are in backticks, several a cell: `/sse/{id}`. What a cell says besides, such as
/// its methods, is for people.
pub fn routes_of(page: &Page) -> Vec<String> {
    let (_, section) = page.text().split_once("\n## The routes\n").unwrap_or_default();
    let section = section.split("\n## ").next().unwrap_or_default();
    let rows = section.lines().filter_map(|line| line.strip_prefix("| `"));
    let cells = rows.filter_map(|row| row.split_once(" |")).map(|(cell, _)| cell);
    let routes = cells.flat_map(|cell| cell.split('`')).filter(|part| part.starts_with('/'));
    routes.map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::page;
    use super::*;

    #[test]
    fn routes_are_read_from_their_own_table_only() {
        let text = "# Title\n\n| `/before` | 1 |\n\n## The routes\n\n| route | in section |\n\
                    | --- | --- |\n| `/a/`, `/b/{id}` (GET and `POST`) | 1; `/not/this` |\n\
                    | `/c` | |\n\n## Recap\n\n| `/after` | 2 |\n";
        assert_eq!(routes_of(&page(text)), ["/a/", "/b/{id}", "/c"]);
        assert!(routes_of(&page("# Title\n")).is_empty());
    }
}
