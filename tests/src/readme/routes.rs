//! The routes that a lesson's table lists.

use super::Page;

/// The paths in the first column of the lesson's table below the heading "The routes".
///
/// They are in backticks, several a cell: `/sse/{id}`. What a cell says besides, such as
/// its methods, is for people.
pub fn routes_of(pages: &[Page]) -> Vec<String> {
    let cells = pages.iter().flat_map(|page| page.first_cells("The routes"));
    let routes = cells.flat_map(|(_, cell)| cell.split('`')).filter(|part| part.starts_with('/'));
    routes.map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::{page, pages};
    use super::*;

    const TEXT: &str = "# Title\n\n| `/before` | 1 |\n\n## The routes\n\n\
                        | route | in section |\n| --- | --- |\n\
                        | `/a/`, `/b/{id}` (GET and `POST`) | 1; `/not/this` |\n\
                        | `/c` | |\n\n## Recap\n\n| `/after` | 2 |\n";

    #[test]
    fn routes_are_read_from_their_own_table_only() {
        assert_eq!(routes_of(&[page(TEXT)]), ["/a/", "/b/{id}", "/c"]);
        assert!(routes_of(&[page("# Title\n")]).is_empty());
    }

    #[test]
    fn the_table_may_be_on_any_page() {
        assert_eq!(routes_of(&pages(&["# Title\n", TEXT])), ["/a/", "/b/{id}", "/c"]);
    }
}
