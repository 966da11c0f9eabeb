//! The steps of a lesson, `exercises/steps.toml`.

use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::learn::source;
use crate::workspace;

/// A lesson's exercise.
pub struct Exercise {
    /// The lesson's folder, `background-tasks`.
    pub lesson: String,
    /// In their order; the first is step 1.
    pub steps: Vec<Step>,
    /// The solution of all steps, with their marks.
    pub solution: String,
}

/// What is learned in one go.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// A few words.
    pub title: String,
    /// The heading of the README to read, as a link names it.
    pub read: String,
    /// The tests that must pass, by their paths in the lesson's module of the suite.
    #[serde(default)]
    pub tests: Vec<String>,
    /// In place of `tests`: the fault that a test of the learner's must notice.
    pub fault: Option<String>,
    /// The claim that the fault breaks.
    pub claim: Option<String>,
    /// What the failure says as long as the step isn't done.
    pub red: String,
    /// Shown when the learner asks.
    pub hint: String,
}

#[derive(Deserialize)]
struct File {
    step: Vec<Step>,
}

impl Exercise {
    /// Reads a lesson's.
    ///
    /// # Errors
    ///
    /// If there's none, or it can't be read.
    pub fn of(lesson: &str) -> Result<Self, String> {
        let folder = folder(lesson);
        let known = || format!("no exercises in {lesson:?}; there are: {}", all().join(", "));
        let steps = fs::read_to_string(folder.join("steps.toml")).map_err(|_| known())?;
        let File { step } = toml::from_str(&steps).map_err(|e| format!("{lesson}: {e}"))?;
        let solution = folder.join("solution.rs");
        let solution = fs::read_to_string(&solution).map_err(|e| format!("{lesson}: {e}"))?;
        Ok(Self { lesson: lesson.to_owned(), steps: step, solution })
    }

    /// Whether the learner writes tests, and our app is what's wrong.
    pub fn is_reversed(&self) -> bool {
        self.steps.iter().any(|step| step.fault.is_some())
    }

    /// The learner's file.
    pub fn file(&self) -> PathBuf {
        // Cargo is told not to look for examples by itself, so that nobody else builds it.
        let folder = if self.is_reversed() { "exercises" } else { "examples" };
        workspace::lesson(&self.lesson).join(folder).join("mine.rs")
    }

    /// The learner's file before the first step, with where it came from.
    ///
    /// # Errors
    ///
    /// If the solution's marks have no partners.
    pub fn starter(&self) -> Result<String, String> {
        let meanwhile = match self.is_reversed() {
            true => "",
            false => {
                "// Meanwhile your program runs on port 8000, so that you can ask it by hand.\n"
            }
        };
        let header =
            format!("// Your file: `just learn {}` checks it whenever you save it.\n", self.lesson);
        Ok(format!("{header}{meanwhile}\n{}", source::without(&self.solution, 1)?))
    }

    /// Makes the learner's file, unless there is one; says whether it was made.
    ///
    /// # Errors
    ///
    /// If it can't be written.
    pub fn begin(&self) -> Result<bool, String> {
        let file = self.file();
        if file.exists() {
            return Ok(false);
        }
        let write = |text| {
            file.parent().map_or(Ok(()), fs::create_dir_all)?;
            fs::write(&file, text)
        };
        write(self.starter()?).map_err(|error| format!("{}: {error}", file.display()))?;
        Ok(true)
    }

    /// The lesson's name in Rust, as the learner's program has it in its own.
    pub fn module(&self) -> String {
        self.lesson.replace('-', "_")
    }

    /// One of its tests in the suite, as libtest names it.
    pub fn test(&self, path: &str) -> String {
        // A keyword.
        let raw = if self.lesson == "async" { "r#" } else { "" };
        format!("{raw}{}::{path}", self.module())
    }

    /// Where a step's text is, to be opened in an editor or a browser.
    pub fn place(&self, step: &Step) -> String {
        format!("lessons/{}/README.md#{}", self.lesson, step.read)
    }
}

/// The lessons that have exercises, in alphabetical order.
pub fn all() -> Vec<String> {
    let has_steps = |lesson: &String| folder(lesson).join("steps.toml").exists();
    workspace::lessons().into_iter().filter(has_steps).collect()
}

fn folder(lesson: &str) -> PathBuf {
    workspace::lesson(lesson).join("exercises")
}

/// Seen from the workspace's root, if it's in there.
pub fn shown(file: &Path) -> String {
    file.strip_prefix(workspace::root()).unwrap_or(file).display().to_string()
}
