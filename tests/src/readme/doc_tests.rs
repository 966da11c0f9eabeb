//! Examples in the documentation of the code are compiled and run, like any other test.

use super::Fault;

/// Words after the backticks that keep rustdoc from compiling or running an example.
///
/// `compile_fail` is none of them: it is tested that such code does not compile.
const EXCUSES: [&str; 2] = ["ignore", "no_run"];

/// No example in the documentation comments of `source` is excused from being run.
pub fn check_doc_tests(file: &str, source: &str) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut open = false;
    for (index, line) in source.lines().enumerate() {
        let Some(fence) = fence(line) else { continue };
        open = !open;
        // The fence that ends a block says nothing.
        if open && let Some(excuse) = excuse(fence) {
            let message = format!(
                "`{excuse}` keeps this example from being tested; \
                 make it run, or make it `text`"
            );
            faults.push(Fault { file: file.to_owned(), line: index + 1, message });
        }
    }
    faults
}

/// What follows the backticks of a documentation comment.
fn fence(line: &str) -> Option<&str> {
    let line = line.trim_start();
    let comment = line.strip_prefix("///").or_else(|| line.strip_prefix("//!"))?;
    comment.trim_start().strip_prefix("```")
}

fn excuse(info: &str) -> Option<&'static str> {
    let mut words = info.split([',', ' ', '{', '}']);
    // `ignore-windows` excuses it on one system only, and that is one too many.
    words.find_map(|word| EXCUSES.into_iter().find(|excuse| word.starts_with(excuse)))
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::messages;
    use super::*;

    fn faults(source: &str) -> Vec<String> {
        messages(check_doc_tests("shared/support/src/tick.rs", source))
    }

    #[test]
    fn examples_that_are_run_are_no_fault() {
        let source = "//! ```text\n//! ignore\n//! ```\n/// ```\n/// ```\n/// ```compile_fail\n\
                      \n/// ```\n// ```ignore\nlet fence = \"```ignore\";\n";
        assert_eq!(faults(source), Vec::<String>::new());
    }

    #[test]
    fn an_example_that_is_ignored() {
        assert_eq!(
            faults("/// Why.\n///\n/// ```rust,ignore-windows\n/// ```\n"),
            ["shared/support/src/tick.rs:3: `ignore` keeps this example from being tested; \
              make it run, or make it `text`"]
        );
    }

    #[test]
    fn an_example_that_is_not_run() {
        assert_eq!(
            faults("    //! ```no_run\n    //! ```\n"),
            ["shared/support/src/tick.rs:1: `no_run` keeps this example from being tested; \
              make it run, or make it `text`"]
        );
    }
}
