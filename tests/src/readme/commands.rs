//! The commands that a page tells a reader to type name things that exist.
//!
//! A transcript is replayed, and so its commands are right. What stands in a `text` block
//! or in a sentence is not run: it may take minutes or never end. Of it these are
//! compared: the recipe of `just`, and the package, example and program of `cargo`.

use std::fs;
use std::path::{Path, PathBuf};

use super::{Fault, Page};

/// Every `just` and `cargo` command of the page names what the repository has.
pub fn check_commands(page: &Page) -> Vec<Fault> {
    let repository = Repository::read(&page.root);
    let mut faults = Vec::new();
    for (line, text) in commands(page) {
        for command in text.split(['&', ';', '|']) {
            let message = repository.fault(&words(command));
            faults.extend(message.map(|message| page.fault(line, message)));
        }
    }
    faults
}

/// The lines of blocks that are no code, and the code in sentences.
fn commands(page: &Page) -> impl Iterator<Item = (usize, &str)> {
    let blocks = page.blocks.iter().filter(|block| matches!(block.language(), "console" | "text"));
    let lines = blocks.flat_map(|block| (block.line + 1..).zip(block.text.lines()));
    lines.chain(page.code_spans.iter().map(|span| (span.line, span.text.as_str())))
}

/// The command without a prompt and without the variables set for it.
fn words(command: &str) -> Vec<&str> {
    let words = command.split_whitespace();
    words.skip_while(|word| *word == "$" || word.contains('=')).collect()
}

/// What a command may name.
struct Repository {
    /// The names of the recipes, and their first parameters.
    recipes: Vec<(String, Option<String>)>,
    /// The names and folders of the packages.
    packages: Vec<(String, PathBuf)>,
}

impl Repository {
    fn read(root: &Path) -> Self {
        let justfile = fs::read_to_string(root.join("justfile")).unwrap_or_default();
        let recipes = justfile.lines().filter_map(recipe).collect();
        let inside = |folder: &str| root.join(folder).read_dir().into_iter().flatten().flatten();
        let folders = ["lessons", "shared", "tests"].into_iter().flat_map(inside);
        let mut folders: Vec<PathBuf> = folders.map(|folder| folder.path()).collect();
        folders.push(root.join("tests"));
        let packages = folders.into_iter().filter_map(|folder| Some((package(&folder)?, folder)));
        Self { recipes, packages: packages.collect() }
    }

    fn fault(&self, words: &[&str]) -> Option<String> {
        match words {
            ["just", name, arguments @ ..] => self.just_fault(name, arguments.first().copied()),
            ["cargo", arguments @ ..] => self.cargo_fault(arguments),
            _ => None,
        }
    }

    fn just_fault(&self, name: &str, argument: Option<&str>) -> Option<String> {
        if name.starts_with('-') {
            return None;
        }
        let Some((_, parameter)) = self.recipes.iter().find(|(recipe, _)| recipe == name) else {
            let recipes: Vec<&str> = self.recipes.iter().map(|(name, _)| name.as_str()).collect();
            return Some(format!(
                "the justfile has no recipe `{name}`; it has: {}",
                recipes.join(", ")
            ));
        };
        let lesson = argument.filter(|word| is_name(word))?;
        let package = format!("lesson-{lesson}");
        (parameter.as_deref() == Some("LESSON") && self.folder(&package).is_none())
            .then(|| format!("`just {name}` takes a lesson, and there is none called `{lesson}`"))
            .map(|message| format!("{message}; write the name of a folder of lessons/"))
    }

    fn cargo_fault(&self, arguments: &[&str]) -> Option<String> {
        // What follows two dashes is for the program, not for cargo.
        let mut arguments = arguments.split(|word| *word == "--");
        let arguments = arguments.next().unwrap_or_default();
        let package = value(arguments, "-p").or_else(|| value(arguments, "--package"))?;
        let Some(folder) = self.folder(package) else {
            return Some(format!(
                "there is no package `{package}`; write the name in a Cargo.toml of ours"
            ));
        };
        let programs = [("--example", "examples"), ("--bin", "src/bin")];
        programs.into_iter().find_map(|(option, under)| {
            let name = value(arguments, option)?;
            (!has_program(folder, under, name)).then(|| {
                format!("{package} has no {under}/{name}.rs; correct the name after `{option}`")
            })
        })
    }

    fn folder(&self, package: &str) -> Option<&Path> {
        let mut packages = self.packages.iter();
        packages.find(|(name, _)| name == package).map(|(_, folder)| folder.as_path())
    }
}

/// Whether cargo finds the program by its file, or by its name in the manifest.
fn has_program(package: &Path, under: &str, name: &str) -> bool {
    let path = package.join(under).join(name);
    let manifest = fs::read_to_string(package.join("Cargo.toml")).unwrap_or_default();
    path.join("main.rs").exists()
        || path.with_extension("rs").exists()
        || manifest.lines().any(|line| line == format!("name = \"{name}\""))
}

/// The word after the option, unless it stands for any: `lesson-…`, `NAME`.
fn value<'a>(arguments: &[&'a str], option: &str) -> Option<&'a str> {
    let index = arguments.iter().position(|word| *word == option)?;
    arguments.get(index + 1).copied().filter(|word| is_name(word))
}

fn is_name(word: &str) -> bool {
    word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_'))
}

/// The name of a recipe and its first parameter, if the line starts one that people call.
fn recipe(line: &str) -> Option<(String, Option<String>)> {
    let (head, rest) = line.split_once(':')?;
    let mut words = head.split_whitespace();
    let name = words.next()?;
    // `threads := "8"` is no recipe, and what is indented is the body of one.
    let starts = line.starts_with(|c: char| c.is_ascii_lowercase()) && !rest.starts_with('=');
    let parameter = words.next().map(|word| word.trim_start_matches('*').to_owned());
    (starts && is_name(name)).then(|| (name.to_owned(), parameter))
}

/// The name in the folder's `Cargo.toml`.
fn package(folder: &Path) -> Option<String> {
    let manifest = fs::read_to_string(folder.join("Cargo.toml")).ok()?;
    let name = manifest.lines().find_map(|line| line.strip_prefix("name = \""))?;
    Some(name.strip_suffix('"')?.to_owned())
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::{messages, page_in, repository};
    use super::*;

    const JUSTFILE: &str = "threads := \"8\"\n\n_default:\n    @just --list\n\n\
                            test-all:\n    cargo fmt\n\ntest LESSON:\n\nparity *LESSON:\n";

    fn faults(text: &str) -> Vec<String> {
        let root = repository(&[
            ("justfile", JUSTFILE),
            (
                "lessons/sql/Cargo.toml",
                "[package]\nname = \"lesson-sql\"\n\n[[bin]]\nname = \"named\"\n",
            ),
            ("lessons/sql/examples/quota.rs", ""),
            ("lessons/sql/examples/plot/main.rs", ""),
            ("lessons/sql/src/bin/worker.rs", ""),
            ("shared/support/Cargo.toml", "[package]\nname = \"lesson-support\"\n"),
        ]);
        messages(check_commands(&page_in(root.path(), text)))
    }

    #[test]
    fn commands_that_exist_are_no_fault() {
        let text = "`just`, `just test-all`, `just test sql`, `just parity [LESSON]`, \
                    `just --list`, just words, `cargo run -p lesson-…`, `cargo nextest`\n\n\
                    ```text\ncargo install --locked just && just test-all\n\
                    A=1 cargo run -p lesson-sql --example quota -- --example gone\n\
                    cargo run -p lesson-sql --bin worker\ncargo run -p lesson-sql --bin named\ncargo test -p lesson-support    all\n```\n\n\
                    ```console\n$ cargo run -p lesson-sql --example plot\n```\n\n\
                    ```python\njust gone\n```\n";
        assert_eq!(faults(text), Vec::<String>::new());
    }

    #[test]
    fn a_recipe_that_does_not_exist() {
        assert_eq!(
            faults("text\n`just tests`\n\n```text\ntrue && just threads\n```\n"),
            [
                "lessons/streaming/README.md:5: the justfile has no recipe `threads`; \
                 it has: test-all, test, parity",
                "lessons/streaming/README.md:2: the justfile has no recipe `tests`; \
                 it has: test-all, test, parity",
            ]
        );
    }

    #[test]
    fn a_recipe_of_a_lesson_that_does_not_exist() {
        assert_eq!(
            faults("`just parity sequel`\n"),
            ["lessons/streaming/README.md:1: `just parity` takes a lesson, and there is none \
              called `sequel`; write the name of a folder of lessons/"]
        );
    }

    #[test]
    fn a_package_that_does_not_exist() {
        assert_eq!(
            faults("```text\ncargo run -p lesson-gone\n```\n"),
            ["lessons/streaming/README.md:2: there is no package `lesson-gone`; \
              write the name in a Cargo.toml of ours"]
        );
    }

    #[test]
    fn programs_that_do_not_exist() {
        assert_eq!(
            faults(
                "`cargo run -p lesson-sql --example gone`\n`cargo run -p lesson-sql --bin web`\n"
            ),
            [
                "lessons/streaming/README.md:1: lesson-sql has no examples/gone.rs; \
                 correct the name after `--example`",
                "lessons/streaming/README.md:2: lesson-sql has no src/bin/web.rs; \
                 correct the name after `--bin`",
            ]
        );
    }
}
