//! Every file of tests belongs to the program that runs them.
//!
//! The compiler does not look at a file that no `mod` names. Its tests would stand behind
//! claims and never run.

use super::Fault;

/// Each of `files`, which lie in the folder of a module, is declared in that module.
///
/// `source` is the module's text. The paths are seen from the repository's root.
pub fn check_modules(module: &str, source: &str, files: &[String]) -> Vec<Fault> {
    let undeclared = files.iter().filter(|file| *file != module && !declares(source, file));
    undeclared
        .map(|file| {
            let message = format!(
                "nothing compiles this file, so its tests never run; \
                 write `mod {};` in {module}",
                name(file)
            );
            Fault { file: file.clone(), line: 1, message }
        })
        .collect()
}

fn declares(source: &str, file: &str) -> bool {
    let declaration = format!("mod {};", name(file));
    source.lines().any(|line| line.trim_start_matches("pub ") == declaration)
}

/// `relay`, of `tests/suite/streaming/relay.rs`.
fn name(file: &str) -> &str {
    let file = file.rsplit('/').next().unwrap_or(file);
    file.strip_suffix(".rs").unwrap_or(file)
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::messages;
    use super::*;

    #[test]
    fn a_file_that_nothing_compiles() {
        let files = ["tests/suite/streaming/relay.rs", "tests/suite/streaming/sse.rs"];
        let files = files.map(str::to_owned);
        let module = "tests/suite/streaming.rs";
        assert_eq!(
            messages(check_modules(module, "mod relay;\n// mod sse;\n", &files)),
            ["tests/suite/streaming/sse.rs:1: nothing compiles this file, \
              so its tests never run; write `mod sse;` in tests/suite/streaming.rs"]
        );
        assert_eq!(check_modules(module, "mod relay;\npub mod sse;\n", &files), []);
    }

    #[test]
    fn the_root_of_a_test_program_declares_the_others() {
        let files = ["lessons/testing/tests/main.rs".to_owned()];
        assert_eq!(check_modules("lessons/testing/tests/main.rs", "", &files), []);
    }
}
