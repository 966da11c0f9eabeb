//! Checks of the pages: nothing that one shows is untested.
//!
//! A page is parsed once into a [`Page`]; each check is a function from it, or from all pages
//! of a lesson, to the [`Fault`]s it found.
//!
//! | check | what it compares |
//! | --- | --- |
//! | [`check_code`] | a code block with the file that it is cut from |
//! | [`check_console`] | a transcript with what the commands print today |
//! | [`check_no_console`] | a page that no server stands behind with having no transcript |
//! | [`check_claims`], [`check_differences`] | the claims with the tests named after them |
//! | [`ANSWERS`] | the table of answers with a run of the tests |
//! | [`check_mentions`] | an id in a sentence with the claims of all pages, and its link |
//! | [`check_budget`], [`MINUTES`] | the length of a page with what a reader has time for |
//! | [`check_links`] | a link with the file and the heading or anchor that it points at |
//! | [`check_map`] | the map with FastAPI's topics and the lessons |
//!
//! [`bless_code`], [`bless_console`] and [`Generated::bless`] give the page's text as it should
//! be; [`routes_of`] gives what a lesson's table of routes lists.

mod budget;
mod claims;
mod code;
mod console;
mod generated;
mod links;
mod map;
mod mentions;
mod routes;

use std::fmt;
use std::io;
use std::ops::Range;
use std::path::{Component, Path, PathBuf};

use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd};

pub use budget::{check_budget, minutes};
pub use claims::{TestFunction, check_claims, check_differences, test_functions};
pub use code::{bless_code, check_code};
pub use console::{bless_console, check_console, check_no_console};
pub use generated::{ANSWERS, Generated, MINUTES};
pub use links::check_links;
pub use map::check_map;
pub use mentions::check_mentions;
pub use routes::routes_of;

/// Where a lesson registers its claims, if not in its README.
const REGISTER: &str = "/docs/claims.md";

/// One thing that is wrong, where it is, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The file, seen from the repository's root.
    pub file: String,
    /// The line, counted from 1.
    pub line: usize,
    /// What is wrong; what to do.
    pub message: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.message)
    }
}

/// A Markdown page, parsed for all checks.
#[derive(Debug, Default)]
pub struct Page {
    root: PathBuf,
    file: String,
    text: String,
    blocks: Vec<Block>,
    headings: Vec<Heading>,
    /// The ids of its `<a id="…">`.
    anchors: Vec<String>,
    links: Vec<Link>,
    /// The words of its sentences that are no part of a link.
    unlinked: Vec<Piece>,
    /// `code` comments that no block follows.
    stray_sources: Vec<Piece>,
}

/// A code block, fenced or indented.
#[derive(Debug)]
struct Block {
    line: usize,
    /// The line of its closing fence, or of its end if it has none.
    last: usize,
    /// What follows the opening backticks; `None` if the block is indented.
    info: Option<String>,
    text: String,
    /// The file that it is cut from, in a comment `<!-- code: path#region -->` above it.
    source: Option<Piece>,
    /// The bytes between the two fences; `None` if there are no two fences.
    inner: Option<Range<usize>>,
}

#[derive(Debug)]
struct Heading {
    line: usize,
    level: HeadingLevel,
    title: String,
}

#[derive(Debug)]
struct Link {
    line: usize,
    /// What a reader sees of it.
    text: String,
    target: String,
}

/// A piece of a page, and where it stands.
#[derive(Debug)]
struct Piece {
    line: usize,
    text: String,
}

impl Page {
    /// Reads `file`, a path seen from the repository's `root`.
    pub fn read(root: &Path, file: &str) -> io::Result<Self> {
        let text = std::fs::read_to_string(root.join(file))?;
        Ok(Self::new(root, file, text))
    }

    /// The page that `file` would be if `text` were written to it.
    pub fn new(root: &Path, file: &str, text: String) -> Self {
        let (root, file) = (root.to_owned(), file.to_owned());
        let mut page = Self { root, file, text, ..Self::default() };
        page.parse();
        page
    }

    /// Its path, seen from the repository's root.
    pub fn file(&self) -> &str {
        &self.file
    }

    /// The whole text.
    pub fn text(&self) -> &str {
        &self.text
    }

    fn parse(&mut self) {
        let text = self.text.clone();
        // A page has thousands of places whose line is asked for, and to count from its start for
        // each of them takes a second.
        let ends: Vec<usize> = text.match_indices('\n').map(|(offset, _)| offset).collect();
        let line_of = |offset| ends.partition_point(|end| *end < offset) + 1;
        let options = Options::ENABLE_TABLES | Options::ENABLE_FOOTNOTES;
        let mut block: Option<Block> = None;
        let mut heading: Option<Heading> = None;
        let mut source: Option<Piece> = None;
        let mut links = 0;
        for (event, range) in Parser::new_ext(&text, options).into_offset_iter() {
            // The comment's own end is all that may come between it and its block.
            if event == Event::End(TagEnd::HtmlBlock) {
                continue;
            }
            let line = line_of(range.start);
            let before = source.take();
            if let Event::Start(Tag::CodeBlock(kind)) = event {
                let last = line_of(range.start + text[range.clone()].trim_end().len());
                let (info, inner) = match kind {
                    CodeBlockKind::Fenced(info) => (Some(info.into_string()), inner(&text, range)),
                    CodeBlockKind::Indented => (None, None),
                };
                let text = String::new();
                block = Some(Block { line, last, info, text, source: before, inner });
                continue;
            }
            self.stray_sources.extend(before);
            match event {
                Event::End(TagEnd::CodeBlock) => {
                    self.blocks.extend(block.take());
                }
                Event::Start(Tag::Heading { level, .. }) => {
                    let title = String::new();
                    heading = Some(Heading { line, level, title });
                }
                Event::End(TagEnd::Heading(_)) => self.headings.extend(heading.take()),
                Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                    let (text, target) = (link_text(&text[range]), dest_url.into_string());
                    self.links.push(Link { line, text: text.to_owned(), target });
                    links += 1;
                }
                Event::End(TagEnd::Link | TagEnd::Image) => links -= 1,
                Event::Html(html) | Event::InlineHtml(html) => {
                    self.anchors.extend(anchor(&html));
                    source = named(&html, line);
                }
                Event::Text(part) | Event::Code(part) => {
                    if let Some(block) = &mut block {
                        block.text.push_str(&part);
                        continue;
                    }
                    if let Some(heading) = &mut heading {
                        heading.title.push_str(&part);
                    }
                    if links == 0 {
                        self.unlinked.push(Piece { line, text: part.into_string() });
                    }
                }
                _ => {}
            }
        }
        self.stray_sources.extend(source);
    }

    fn fault(&self, line: usize, message: impl Into<String>) -> Fault {
        Fault { file: self.file.clone(), line, message: message.into() }
    }

    /// The folder that it lies in.
    fn folder(&self) -> &Path {
        Path::new(&self.file).parent().unwrap_or(Path::new(""))
    }

    /// The folder that it is about: around `docs/` if it lies there, otherwise its own.
    fn subject(&self) -> &Path {
        match self.folder() {
            docs if docs.ends_with("docs") => docs.parent().unwrap_or(docs),
            folder => folder,
        }
    }

    /// Whether it is the page of a lesson that has all its claims.
    fn is_register(&self) -> bool {
        self.file.ends_with(REGISTER)
    }

    /// Where a link in it leads, seen from the root; `None` if out of it.
    fn resolve(&self, target: &str) -> Option<PathBuf> {
        normal(&self.folder().join(target))
    }

    /// The lines below the heading that starts with `title`, up to the next of its level.
    fn section(&self, title: &str) -> Range<usize> {
        let mut headings = self.headings.iter();
        let Some(heading) = headings.find(|heading| heading.title.starts_with(title)) else {
            return 0..0;
        };
        let next = headings.find(|next| next.level <= heading.level);
        heading.line..next.map_or(usize::MAX, |next| next.line)
    }

    /// The first cells of the table in the section that starts with `title`, with their lines.
    fn first_cells(&self, title: &str) -> impl Iterator<Item = (usize, &str)> {
        let section = self.section(title);
        self.prose()
            .filter(move |(line, _)| section.contains(line))
            // What a command writes is a table of its own.
            .take_while(|(_, text)| !text.starts_with("<!--"))
            .filter_map(|(line, text)| Some((line, text.trim().strip_prefix('|')?)))
            .map(|(line, row)| (line, row.split('|').next().unwrap_or_default().trim()))
            // The titles, and the dashes below them.
            .skip(2)
    }

    /// The page's lines that stand in no code block, with their numbers.
    fn prose(&self) -> impl Iterator<Item = (usize, &str)> {
        let numbered = self.text.lines().enumerate();
        numbered.map(|(index, line)| (index + 1, line)).filter(|(number, _)| {
            !self.blocks.iter().any(|block| (block.line..=block.last).contains(number))
        })
    }

    /// The page's text, with another content for the blocks that `content` names one for.
    fn rewritten(&self, mut content: impl FnMut(&Block) -> Option<String>) -> String {
        let mut text = String::new();
        let mut copied = 0;
        for block in &self.blocks {
            let (Some(inner), Some(content)) = (&block.inner, content(block)) else {
                continue;
            };
            text.push_str(&self.text[copied..inner.start]);
            text.push_str(&textwrap::indent(&content, &self.indentation(block)));
            copied = inner.end;
        }
        text.push_str(&self.text[copied..]);
        text
    }

    /// What stands before the opening backticks: a block may be part of a list or a quote.
    fn indentation(&self, block: &Block) -> String {
        let line = self.text.lines().nth(block.line - 1).unwrap_or_default();
        let before = line.split(['`', '~']).next().unwrap_or_default();
        before.chars().map(|c| if c == '>' { '>' } else { ' ' }).collect()
    }
}

impl Block {
    /// The first word after the backticks.
    fn language(&self) -> &str {
        let info = self.info.as_deref().unwrap_or_default();
        info.split([' ', ',', '{']).next().unwrap_or_default()
    }
}

/// What a comment `<!-- code: path#region -->` names; the region may be missing.
fn named(html: &str, line: usize) -> Option<Piece> {
    let name = html.trim().strip_prefix("<!-- code:")?.strip_suffix("-->")?.trim();
    Some(Piece { line, text: name.to_owned() })
}

/// The page of a lesson that registers its claims: `docs/claims.md`, or the README.
fn register(pages: &[Page]) -> &Page {
    pages.iter().find(|page| page.is_register()).unwrap_or(&pages[0])
}

/// A path without `..`; `None` if it leaves the root, for there it exists on this machine only.
fn normal(path: &Path) -> Option<PathBuf> {
    let mut normal = PathBuf::new();
    for part in path.components() {
        match part {
            Component::Normal(name) => normal.push(name),
            Component::ParentDir if !normal.pop() => return None,
            // A leading slash means the root of the repository, as on GitHub.
            _ => {}
        }
    }
    Some(normal)
}

/// What a reader sees of `[ST-3](docs/claims.md#st-3)`: the words without marks around them.
fn link_text(markdown: &str) -> &str {
    let text = markdown.trim().trim_start_matches('[').split(']').next().unwrap_or_default();
    text.trim_matches(['`', '*'])
}

/// The name that `<a id="…">` gives to its place.
fn anchor(html: &str) -> Option<String> {
    let (id, _) = html.trim().strip_prefix("<a id=\"")?.split_once('"')?;
    Some(id.to_owned())
}

/// The bytes between the opening and the closing fence of the element at `range`.
fn inner(text: &str, range: Range<usize>) -> Option<Range<usize>> {
    let element = text[range.clone()].trim_end();
    let start = element.find('\n')? + 1;
    let end = element.rfind('\n')? + 1;
    let last = element[end..].trim_start_matches([' ', '>']);
    let closed = last.starts_with("```") || last.starts_with("~~~");
    closed.then_some(range.start + start..range.start + end)
}

#[cfg(test)]
pub(crate) mod fixtures {
    use std::path::Path;

    use super::{Fault, Page};

    pub const FILE: &str = "lessons/streaming/README.md";
    pub const CLAIMS: &str = "lessons/streaming/docs/claims.md";

    /// A page of the streaming lesson in a repository without other files.
    pub fn page(text: &str) -> Page {
        page_in(Path::new("."), text)
    }

    pub fn page_in(root: &Path, text: &str) -> Page {
        Page::new(root, FILE, text.to_owned())
    }

    /// The pages of the streaming lesson: its README and its claims.
    pub fn pages(texts: &[&str; 2]) -> [Page; 2] {
        [page(texts[0]), Page::new(Path::new("."), CLAIMS, texts[1].to_owned())]
    }

    /// A repository with the given files.
    pub fn repository(files: &[(&str, &str)]) -> tempfile::TempDir {
        let root = tempfile::tempdir().expect("a temporary folder can be made");
        for (file, text) in files {
            let path = root.path().join(file);
            let folder = path.parent().expect("a file is in a folder");
            std::fs::create_dir_all(folder).expect("a folder can be made");
            std::fs::write(path, text).expect("a file can be written");
        }
        root
    }

    pub fn messages(faults: Vec<Fault>) -> Vec<String> {
        faults.iter().map(Fault::to_string).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::fixtures::{FILE, page, repository};
    use super::*;

    #[test]
    fn a_fault_names_file_line_and_cure() {
        let fault = page("").fault(41, "this is wrong; do that");
        assert_eq!(fault.to_string(), "lessons/streaming/README.md:41: this is wrong; do that");
    }

    #[test]
    fn a_page_is_read_from_its_file() {
        let root = repository(&[(FILE, "# Title\n")]);
        let page = Page::read(root.path(), FILE).expect("the file is there");
        assert_eq!(page.text(), "# Title\n");
        assert!(Page::read(root.path(), "README.md").is_err());
    }

    #[test]
    fn blocks_in_lists_and_quotes_keep_their_indentation() {
        let page = page("1. step\n\n   ```text\n   old\n   ```\n\n> ```text\n> old\n> ```\n");
        let text = page.rewritten(|block| {
            assert_eq!(block.text, "old\n");
            Some("new\n\nend\n".to_owned())
        });
        assert_eq!(
            text,
            "1. step\n\n   ```text\n   new\n\n   end\n   ```\n\n> ```text\n> new\n>\n> end\n> ```\n"
        );
    }

    #[test]
    fn a_section_ends_at_the_next_heading_of_its_level() {
        let page = page("# Title\n\n## A part\n\ntext\n\n### More\n\n## Next\n\n# Last\n");
        assert_eq!(page.section("A part"), 3..9);
        assert_eq!(page.section("Last"), 11..usize::MAX);
        assert_eq!(page.section("Gone"), 0..0);
    }

    #[test]
    fn an_empty_block_is_filled() {
        let page = page("```text\n```\n");
        assert_eq!(page.rewritten(|_| Some("new\n".to_owned())), "```text\nnew\n```\n");
    }
}
