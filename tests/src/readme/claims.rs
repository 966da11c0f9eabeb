//! Every claim of a lesson has a test named after it, and every such test its claim.
//!
//! A claim is a bullet that starts with its id, `- **ST-3** …`; its tests are called
//! `st_03_…`. A claim marked `- **ST-22** *(prose)* …` has nothing that could be tested.
//! One that was given up leaves its number below a heading "Retired": `- ST-9: the reason`.
//! The ids are counted over all pages of a lesson.

use std::collections::{BTreeMap, BTreeSet};

use super::{Fault, Page, link_text, register};
use crate::claim_id::ClaimId;

/// How many claims of a lesson may do without a test.
const MAX_PROSE: usize = 5;

/// How the heading above the table of differences starts.
const DIFFERS: &str = "Where axum differs";

/// The heading above the numbers that are no longer claimed.
pub(super) const RETIRED: &str = "Retired";

/// What a test writes where the two targets are meant to differ.
const DIFFERENCE: &str = "expect(rust(";

/// What a test writes whose subject FastAPI does not have.
const RUST_ONLY: &str = "rust_only!(";

/// A test, as found in the source of the suite.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TestFunction {
    /// The file, seen from the repository's root.
    pub file: String,
    /// The line of its `fn`.
    pub line: usize,
    /// The function's name, `st_03_relay_passes_each_chunk_on`.
    pub name: String,
    /// Whether it declares a difference between the targets.
    pub differs: bool,
    /// Whether it is for the Rust target only.
    pub rust_only: bool,
    /// Whether it is marked `#[ignore]`, so that nothing runs it.
    pub ignored: bool,
}

impl TestFunction {
    fn fault(&self, message: String) -> Fault {
        Fault { file: self.file.clone(), line: self.line, message }
    }

    /// The claim in the name; `None` if the test is named after no claim.
    fn claim(&self) -> Option<ClaimId> {
        ClaimId::of_test(&self.name).map(|(claim, _)| claim)
    }
}

/// A number that was given, to a claim of today or to one that is retired.
pub(super) struct Claim<'a> {
    pub(super) page: &'a Page,
    line: usize,
    pub(super) id: ClaimId,
    /// Its sentence, or the reason why it is retired.
    text: &'a str,
    pub(super) retired: bool,
}

impl Claim<'_> {
    fn fault(&self, message: String) -> Fault {
        self.page.fault(self.line, message)
    }

    fn is_prose(&self) -> bool {
        self.text.starts_with("*(prose)*")
    }
}

/// Claims and tests name each other; the ids run from 1 without a gap.
pub fn check_claims(pages: &[Page], tests: &[TestFunction]) -> Vec<Fault> {
    // Those that are retired come first, for a number that is given again is the later's fault.
    let (mut given, claims): (Vec<_>, Vec<_>) =
        pages.iter().flat_map(numbers).partition(|claim| claim.retired);
    given.extend(claims);
    let Some(prefix) = given.first().map(|claim| claim.id.prefix.clone()) else {
        return Vec::new();
    };
    let mut faults = numbering(&given, &prefix);
    let claims = || given.iter().filter(|claim| !claim.retired);
    faults.extend(too_much_prose(claims()));
    faults.extend(claims().filter_map(|claim| anchor_fault(claim, register(pages))));

    // A test that is ignored does not run, and so it proves nothing.
    let run = tests.iter().filter(|test| !test.ignored);
    let tested: BTreeSet<ClaimId> = run.filter_map(TestFunction::claim).collect();
    for claim in claims().filter(|claim| !claim.is_prose() && !tested.contains(&claim.id)) {
        faults.push(claim.fault(format!(
            "{} has no test that runs; write one called `{}…`, or mark the claim `*(prose)*`",
            claim.id,
            claim.id.test_prefix()
        )));
    }
    faults.extend(tests.iter().filter_map(|test| unclaimed(test, &given, register(pages))));
    faults
}

/// A test whose claim is not made, or no longer.
fn unclaimed(test: &TestFunction, given: &[Claim<'_>], register: &Page) -> Option<Fault> {
    let (id, name) = (test.claim()?, &test.name);
    let message = match given.iter().find(|claim| claim.id == id) {
        Some(claim) if !claim.retired => return None,
        Some(_) => format!(
            "`{name}` is named after {id}, which is retired; \
             delete the test, or name it after another claim"
        ),
        None => format!(
            "`{name}` is named after no claim; write `- **{id}** …` in {}, or rename the test",
            register.file
        ),
    };
    Some(test.fault(message))
}

/// The numbers that the page gives, to claims and to what is retired.
pub(super) fn numbers(page: &Page) -> impl Iterator<Item = Claim<'_>> {
    let retired = page.section(RETIRED);
    page.prose().filter_map(move |(line, text)| {
        let retired = retired.contains(&line);
        let (id, text) = match retired {
            true => retirement(text)?,
            false => ClaimId::of_claim(text)?,
        };
        Some(Claim { page, line, id, text, retired })
    })
}

/// `- ST-9: the reason`.
fn retirement(line: &str) -> Option<(ClaimId, &str)> {
    let (id, reason) = line.trim_start().strip_prefix("- ")?.split_once(": ")?;
    (!reason.trim().is_empty()).then_some((ClaimId::parse(id)?, reason))
}

fn numbering(given: &[Claim<'_>], prefix: &str) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut numbers: BTreeMap<u32, &Claim<'_>> = BTreeMap::new();
    for claim in given {
        let id = &claim.id;
        if id.prefix != prefix {
            let message = format!("{id} is a claim of another lesson; call it {prefix}-…");
            faults.push(claim.fault(message));
        } else if let Some(first) = numbers.get(&id.number) {
            let verb = if first.retired { "retired" } else { "claimed" };
            faults.push(claim.fault(format!(
                "{id} is {verb} in {}:{}, and a number is given once; take the next free one",
                first.page.file, first.line
            )));
        } else {
            numbers.insert(id.number, claim);
        }
    }
    // What follows a gap is out of step, and says nothing new.
    let gap = (1..).zip(&numbers).find(|(wanted, (number, _))| wanted != *number);
    faults.extend(gap.map(|(wanted, (number, claim))| {
        claim.fault(format!(
            "{prefix}-{number} comes, but there is no {prefix}-{wanted}; number the claims \
             from 1 without a gap, and list what is given up below a heading `{RETIRED}`"
        ))
    }));
    faults
}

fn too_much_prose<'a>(claims: impl Iterator<Item = &'a Claim<'a>>) -> Option<Fault> {
    let first_too_many = claims.filter(|claim| claim.is_prose()).nth(MAX_PROSE)?;
    Some(first_too_many.fault(format!(
        "more than {MAX_PROSE} claims are prose; find something in {} that a test can show",
        first_too_many.id
    )))
}

/// A claim ends with the anchor that links to it name; it must where claims have a page, and
/// there it stands on that page, for a link in the text leads to it.
fn anchor_fault(claim: &Claim<'_>, register: &Page) -> Option<Fault> {
    let (id, registered) = (&claim.id, register.is_register());
    if registered && claim.page.file != register.file {
        let message = format!("{id} is claimed beside the register; move it to {}", register.file);
        return Some(claim.fault(message));
    }
    let anchor = format!("<a id=\"{}\"></a>", id.anchor());
    let sound = claim.text.ends_with(&anchor) || !registered && !claim.text.contains("<a id=");
    let message = || format!("{id} does not end with its anchor; write `{anchor}` there");
    (!sound).then(|| claim.fault(message()))
}

/// The table of differences and the tests that declare one name the same claims.
///
/// A row may also be about something that only one side has: then a test for the Rust
/// target only stands behind it.
pub fn check_differences(pages: &[Page], tests: &[TestFunction]) -> Vec<Fault> {
    let register = register(pages);
    let rows = pages.iter().flat_map(|page| page.first_cells(DIFFERS).map(move |c| (page, c)));
    let claims: Vec<_> = pages.iter().flat_map(numbers).filter(|claim| !claim.retired).collect();
    let mut faults = Vec::new();
    let mut listed: BTreeSet<ClaimId> = BTreeSet::new();
    for (page, (line, cell)) in rows {
        for name in cell.split(',').map(link_text) {
            match row_fault(name, &claims, tests) {
                Ok(id) => _ = listed.insert(id),
                Err(message) => faults.push(page.fault(line, message)),
            }
        }
    }
    for test in tests.iter().filter(|test| test.differs) {
        if let Some(id) = test.claim()
            && !listed.contains(&id)
        {
            faults.push(test.fault(format!(
                "`{}` declares a difference; add {id} to the table below `{DIFFERS}…` in {}",
                test.name, register.file
            )));
        }
    }
    faults
}

/// The id that a row of the table names, if it belongs there.
fn row_fault(name: &str, claims: &[Claim<'_>], tests: &[TestFunction]) -> Result<ClaimId, String> {
    let id = ClaimId::parse(name).ok_or_else(|| {
        format!("`{name}` is no claim; the first column holds ids, such as `ST-9, ST-10`")
    })?;
    let Some(claim) = claims.iter().find(|claim| claim.id == id) else {
        return Err(format!(
            "the table names {id}, which the lesson does not claim; correct the id"
        ));
    };
    let mut tests = tests.iter().filter(|test| test.claim().as_ref() == Some(&id));
    if !claim.is_prose() && !tests.any(|test| test.differs || test.rust_only) {
        return Err(format!(
            "no test of {id} declares a difference; \
             write `{DIFFERENCE}…), fastapi(…))` in one, or take {id} out of the table"
        ));
    }
    Ok(id)
}

/// The test functions in Rust source text that rustfmt has formatted.
pub fn test_functions(file: &str, source: &str) -> Vec<TestFunction> {
    let lines: Vec<&str> = source.lines().collect();
    let mut functions = Vec::new();
    let mut attribute = false;
    let mut ignored = false;
    for (index, line) in lines.iter().enumerate() {
        attribute |= is_test_attribute(line);
        ignored |= line.trim_start().starts_with("#[ignore");
        let Some(name) = function_name(line) else { continue };
        let ignored = std::mem::take(&mut ignored);
        if std::mem::take(&mut attribute) {
            let body = body(&lines[index..]);
            functions.push(TestFunction {
                file: file.to_owned(),
                line: index + 1,
                name: name.to_owned(),
                differs: body.contains(DIFFERENCE),
                rust_only: body.contains(RUST_ONLY),
                ignored,
            });
        }
    }
    functions
}

fn is_test_attribute(line: &str) -> bool {
    let attributes = ["#[test]", "#[tokio::test]", "#[tokio::test("];
    attributes.iter().any(|attribute| line.trim_start().starts_with(attribute))
}

fn function_name(line: &str) -> Option<&str> {
    let line = line.trim_start();
    let line = line.strip_prefix("pub ").unwrap_or(line);
    let line = line.strip_prefix("async ").unwrap_or(line);
    line.strip_prefix("fn ")?.split(['(', '<']).next()
}

/// The code of the function that starts `lines`, without white space and comments.
///
/// In formatted code the closing brace stands below the start of the `fn`.
fn body(lines: &[&str]) -> String {
    let indentation = lines[0].len() - lines[0].trim_start().len();
    let end = format!("{}}}", &lines[0][..indentation]);
    lines
        .iter()
        .take_while(|line| **line != end)
        .filter(|line| !line.trim_start().starts_with("//"))
        .flat_map(|line| line.split_whitespace())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::{CLAIMS, messages, page, pages};
    use super::*;

    const TABLE: &str = "- **ST-1** one\n- **ST-2** two\n\n\
                         ## Where axum differs from FastAPI\n\n\
                         | claim | FastAPI | axum |\n| --- | --- | --- |\n";

    fn test(name: &str, body: &str) -> TestFunction {
        let source = format!("#[test]\nfn {name}() {{\n{body}\n}}\n");
        let functions = test_functions("tests/suite/streaming.rs", &source);
        functions.into_iter().next().expect("the source has a test")
    }

    fn named(names: &[&str]) -> Vec<TestFunction> {
        names.iter().map(|name| test(name, "")).collect()
    }

    fn claims_faults(text: &str, names: &[&str]) -> Vec<String> {
        messages(check_claims(&[page(text)], &named(names)))
    }

    fn faults_of_pages(texts: &[&str; 2], names: &[&str]) -> Vec<String> {
        messages(check_claims(&pages(texts), &named(names)))
    }

    #[test]
    fn claims_with_tests_are_no_fault() {
        let text = "- **ST-1** one\n- **ST-2** *(prose)* two\n- **UTF-8** is no claim\n\n\
                    ```text\n- **ST-9** shown, not claimed\n```\n";
        let tests = ["st_01_one", "st_1_again", "every_claim", "st_02_prose_may_be_tested"];
        assert_eq!(claims_faults(text, &tests), Vec::<String>::new());
    }

    #[test]
    fn a_claim_without_a_test() {
        assert_eq!(
            claims_faults("# Title\n\n- **ST-1** one\n", &["other"]),
            ["lessons/streaming/README.md:3: ST-1 has no test that runs; \
              write one called `st_01_…`, or mark the claim `*(prose)*`"]
        );
    }

    #[test]
    fn a_claim_whose_only_test_is_ignored() {
        let source = "#[test]\n#[ignore = \"slow\"]\nfn st_01_one() {}\n\n\
                      #[test]\nfn st_02_two() {}\n";
        let tests = test_functions("tests/suite/streaming.rs", source);
        assert_eq!(
            messages(check_claims(&[page("- **ST-1** one\n- **ST-2** two\n")], &tests)),
            ["lessons/streaming/README.md:1: ST-1 has no test that runs; \
              write one called `st_01_…`, or mark the claim `*(prose)*`"]
        );
    }

    #[test]
    fn a_test_without_a_claim() {
        assert_eq!(
            claims_faults("- **ST-1** one\n", &["st_01_one", "st_07_seven"]),
            ["tests/suite/streaming.rs:2: `st_07_seven` is named after no claim; \
              write `- **ST-7** …` in lessons/streaming/README.md, or rename the test"]
        );
    }

    #[test]
    fn an_id_that_is_claimed_twice() {
        assert_eq!(
            claims_faults("- **ST-1** one\n- **ST-1** two\n", &["st_01_one"]),
            ["lessons/streaming/README.md:2: ST-1 is claimed in lessons/streaming/README.md:1, \
              and a number is given once; take the next free one"]
        );
    }

    #[test]
    fn a_gap_in_the_ids() {
        let text = "- **ST-1** one\n- **ST-3** three\n- **ST-5** five\n";
        assert_eq!(
            claims_faults(text, &["st_01_one", "st_03_three", "st_05_five"]),
            ["lessons/streaming/README.md:2: ST-3 comes, but there is no ST-2; \
              number the claims from 1 without a gap, \
              and list what is given up below a heading `Retired`"]
        );
    }

    #[test]
    fn a_claim_of_another_lesson() {
        assert_eq!(
            claims_faults("- **ST-1** one\n- **SQ-2** two\n", &["st_01_one", "sq_02_two"]),
            ["lessons/streaming/README.md:2: SQ-2 is a claim of another lesson; call it ST-…"]
        );
    }

    #[test]
    fn too_many_prose_claims() {
        let text: String = (1..=6).map(|n| format!("- **ST-{n}** *(prose)* text\n")).collect();
        assert_eq!(
            claims_faults(&text, &[]),
            ["lessons/streaming/README.md:6: more than 5 claims are prose; \
              find something in ST-6 that a test can show"]
        );
    }

    #[test]
    fn claims_are_counted_over_all_pages() {
        let claims = "- **ST-2** two <a id=\"st-2\"></a>\n".repeat(2)
            + "- **ST-4** four <a id=\"st-4\"></a>\n";
        let tests = ["st_02_two", "st_04_four", "st_09_nine"];
        let readme = "## Retired\n\n- ST-1: gone\n";
        assert_eq!(
            faults_of_pages(&[readme, &claims], &tests),
            [
                format!(
                    "{CLAIMS}:2: ST-2 is claimed in {CLAIMS}:1, and a number is given once; take the next free one"
                ),
                format!(
                    "{CLAIMS}:3: ST-4 comes, but there is no ST-3; number the claims from 1 \
                     without a gap, and list what is given up below a heading `Retired`"
                ),
                format!(
                    "tests/suite/streaming.rs:2: `st_09_nine` is named after no claim; \
                     write `- **ST-9** …` in {CLAIMS}, or rename the test"
                ),
            ]
        );
    }

    #[test]
    fn a_claim_beside_the_register() {
        let claims = "- **ST-1** one <a id=\"st-1\"></a>\n";
        let readme = "\n- **ST-2** two <a id=\"st-2\"></a>\n";
        assert_eq!(
            faults_of_pages(&[readme, claims], &["st_01_one", "st_02_two"]),
            [format!(
                "lessons/streaming/README.md:2: ST-2 is claimed beside the register; \
                 move it to {CLAIMS}"
            )]
        );
    }

    #[test]
    fn claims_without_their_anchors() {
        let tests = ["st_01_one", "st_02_two", "st_03_three"];
        let text = "- **ST-1** one\n- **ST-2** two <a id=\"st-1\"></a>\n\
                    - **ST-3** three <a id=\"st-3\"></a>\n";
        assert_eq!(
            claims_faults(text, &tests),
            ["lessons/streaming/README.md:2: ST-2 does not end with its anchor; \
              write `<a id=\"st-2\"></a>` there"]
        );
        assert_eq!(
            faults_of_pages(&["", text], &tests),
            [
                format!(
                    "{CLAIMS}:1: ST-1 does not end with its anchor; \
                     write `<a id=\"st-1\"></a>` there"
                ),
                format!(
                    "{CLAIMS}:2: ST-2 does not end with its anchor; \
                     write `<a id=\"st-2\"></a>` there"
                ),
            ]
        );
    }

    #[test]
    fn a_retired_claim_leaves_its_number() {
        let text = "- **ST-1** one\n- **ST-3** three\n\n## Retired\n\n\
                    - ST-2: the server no longer does it\n\n## Recap\n";
        assert_eq!(claims_faults(text, &["st_01_one", "st_03_three"]), Vec::<String>::new());
        assert_eq!(
            claims_faults(text, &["st_01_one", "st_02_two", "st_03_three"]),
            ["tests/suite/streaming.rs:2: `st_02_two` is named after ST-2, which is retired; \
              delete the test, or name it after another claim"]
        );
    }

    #[test]
    fn a_number_that_is_given_again() {
        let text = "- **ST-1** one\n\n## Retired\n\n- ST-1: gone\n";
        assert_eq!(
            claims_faults(text, &[]),
            [
                "lessons/streaming/README.md:1: ST-1 is retired in lessons/streaming/README.md:5, \
                 and a number is given once; take the next free one",
                "lessons/streaming/README.md:1: ST-1 has no test that runs; \
                 write one called `st_01_…`, or mark the claim `*(prose)*`",
            ]
        );
    }

    #[test]
    fn a_difference_that_is_listed_and_declared_passes() {
        let tests = [
            test(
                "st_01_one",
                "    let status = expect(\n        rust(400),\n        fastapi(422),\n    );",
            ),
            test("st_02_two", "    rust_only!(\"drop is Rust's\");"),
        ];
        let rows = "| ST-1, [ST-2](docs/claims.md#st-2) | a | b |\n";
        let answers = "\n<!-- answers -->\n| claim |\n| --- |\n| any |\n";
        let page = page(&format!("{TABLE}{rows}{answers}"));
        assert_eq!(messages(check_differences(&[page], &tests)), Vec::<String>::new());
    }

    #[test]
    fn a_page_without_a_table_of_differences() {
        let page =
            page("- **ST-1** one\n\n## Where axum differs\n\n## Recap\n\n| a |\n| - |\n| ST-1 |\n");
        let tests = [test("st_01_one", "    expect(rust(1), fastapi(2));")];
        assert_eq!(
            messages(check_differences(&[page], &tests)),
            ["tests/suite/streaming.rs:2: `st_01_one` declares a difference; add ST-1 \
              to the table below `Where axum differs…` in lessons/streaming/README.md"]
        );
    }

    #[test]
    fn tables_of_differences_may_be_on_several_pages() {
        let declared = "    expect(rust(1), fastapi(2));";
        let tests = [test("st_01_one", declared), test("st_02_two", declared)];
        let (_, table) = TABLE.split_once("\n\n").expect("claims and a table");
        let readme = format!("{table}| ST-2 | a | b |\n");
        let both = pages(&[&readme, &format!("{TABLE}| ST-1 | a | b |\n")]);
        assert_eq!(messages(check_differences(&both, &tests)), Vec::<String>::new());
        let one = pages(&[&readme, "- **ST-1** one\n- **ST-2** two\n"]);
        assert_eq!(
            messages(check_differences(&one, &tests)),
            [format!(
                "tests/suite/streaming.rs:2: `st_01_one` declares a difference; \
                 add ST-1 to the table below `Where axum differs…` in {CLAIMS}"
            )]
        );
    }

    #[test]
    fn a_declared_difference_that_is_not_listed() {
        let tests = [
            test("st_01_one", "    expect(rust(1), fastapi(2));"),
            test("st_02_two", "    expect(rust(1), fastapi(2));"),
        ];
        let page = page(&format!("{TABLE}| ST-1 | a | b |\n"));
        assert_eq!(
            messages(check_differences(&[page], &tests)),
            ["tests/suite/streaming.rs:2: `st_02_two` declares a difference; \
              add ST-2 to the table below `Where axum differs…` in lessons/streaming/README.md"]
        );
    }

    #[test]
    fn rows_that_no_test_stands_behind() {
        let tests = [test("st_01_one", "    // expect(rust(1), fastapi(2));")];
        let rows = "| ST-1 | a | b |\n| ST-8, all | a | b |\n\n## Retired\n\n- ST-8: gone\n";
        let page = page(&format!("{TABLE}{rows}"));
        assert_eq!(
            messages(check_differences(&[page], &tests)),
            [
                "lessons/streaming/README.md:8: no test of ST-1 declares a difference; \
                 write `expect(rust(…), fastapi(…))` in one, or take ST-1 out of the table",
                "lessons/streaming/README.md:9: the table names ST-8, \
                 which the lesson does not claim; correct the id",
                "lessons/streaming/README.md:9: `all` is no claim; \
                 the first column holds ids, such as `ST-9, ST-10`",
            ]
        );
    }

    #[test]
    fn test_functions_are_those_with_a_test_attribute() {
        let source = "\
fn helper() {
    expect(rust(1), fastapi(2));
}

#[tokio::test(flavor = \"multi_thread\")]
/// Why.
async fn st_01_waits() {
    if true {
        expect(rust(1), fastapi(2));
    }
}

mod inner {
    #[test]
    fn st_02_sync() {
    }

    #[allow(dead_code)]
    fn st_03_no_test() {}
}
";
        let found: Vec<_> = test_functions("tests/suite/streaming.rs", source)
            .into_iter()
            .map(|test| (test.line, test.name, test.differs))
            .collect();
        assert_eq!(
            found,
            [(7, "st_01_waits".to_owned(), true), (15, "st_02_sync".to_owned(), false)]
        );
    }
}
