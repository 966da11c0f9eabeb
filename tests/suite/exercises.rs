//! Exercises go from red to green: each step is red because of the assertion that it names, as
//! long as it isn't done, and the solution is green.

use std::env;
use std::fs;
use std::time::Instant;

use lesson_tests::learn::screen::Screen;
use lesson_tests::learn::{Checker, Exercise, Verdict, build, source, steps};
use lesson_tests::{pages, rust_only, workspace};

/// The suite that runs is the one that a learner's program is tested with.
fn checker() -> Checker {
    Checker::new(env::current_exe().expect("this program's path"))
}

#[test]
fn every_step_is_marked_in_the_solution() {
    rust_only!("reads the exercises");
    for lesson in steps::all() {
        let exercise = Exercise::of(&lesson).expect("an exercise");
        let numbers = 1..=exercise.steps.len();
        let mut marked: Vec<_> = source::marked(&exercise.solution).collect();
        marked.sort_unstable();
        marked.dedup();
        assert_eq!(marked, numbers.collect::<Vec<_>>(), "{lesson}");
        exercise.starter().expect("a starter");
    }
}

#[test]
fn every_step_stands_in_the_section_that_it_is_about() {
    rust_only!("reads the pages");
    for lesson in steps::all() {
        let exercise = Exercise::of(&lesson).expect("an exercise");
        let readme = &pages::of_lesson(&lesson)[0];
        for (index, step) in exercise.steps.iter().enumerate() {
            let section = section(readme.text(), &step.read);
            let text = section.unwrap_or_else(|| panic!("{lesson} has no heading {:?}", step.read));
            let number = format!("step {}:**", index + 1);
            let is_there = text
                .lines()
                .any(|line| line.starts_with("**") && line.to_lowercase().contains(&number));
            assert!(is_there, "{lesson}: {:?} doesn't say `**Your turn, {number}`", step.read);
        }
    }
}

/// The text below a heading, by the heading's anchor.
fn section<'a>(page: &'a str, anchor: &str) -> Option<&'a str> {
    let mut sections = page.split("\n##");
    sections.find(|section| {
        let title = section.lines().next().unwrap_or_default();
        let title = title.trim_start_matches('#').trim().to_lowercase().replace(' ', "-");
        title.replace(|c: char| !c.is_alphanumeric() && c != '-', "") == anchor
    })
}

/// The front page says of each lesson how many steps it has.
#[test]
fn the_front_page_counts_the_steps() {
    rust_only!("reads the pages");
    let front = fs::read_to_string(workspace::root().join("README.md")).expect("the front page");
    for lesson in steps::all() {
        let steps = Exercise::of(&lesson).expect("an exercise").steps.len();
        let (link, cell) = (format!("(lessons/{lesson}/README.md)"), format!("| {steps} steps: "));
        let is_said = front.lines().any(|row| row.contains(&link) && row.contains(&cell));
        assert!(is_said, "README.md: {lesson} has {steps} steps");
    }
}

#[test]
#[ignore = "compiles every exercise once for each of its steps; .ci/run runs it"]
fn each_step_is_red_until_it_is_done() {
    rust_only!("compiles the exercises");
    let only = env::var("LESSON_EXERCISES").ok();
    for lesson in steps::all().iter().filter(|lesson| only.as_ref().is_none_or(|o| o == *lesson)) {
        let exercise = Exercise::of(lesson).expect("an exercise");
        for first in 1..=exercise.steps.len() {
            let started = Instant::now();
            let verdicts = verdicts(&exercise, first);
            let (done, rest) = verdicts.split_at(first - 1);
            assert!(done.iter().all(Vec::is_empty), "{lesson}, before step {first}: {done:#?}");
            let wanted = &exercise.steps[first - 1].red;
            let is_red = rest[0].iter().any(|failure| failure.message.contains(wanted));
            assert!(is_red, "{lesson}, step {first}: no {wanted:?} in {:#?}", rest[0]);
            if (lesson.as_str(), first) == ("streaming", 2) {
                assert_shown(&exercise, &verdicts);
            }
            println!("{lesson} {first} {:.2} s", started.elapsed().as_secs_f64());
        }
        let verdicts = verdicts(&exercise, exercise.steps.len() + 1);
        assert!(verdicts.iter().all(Vec::is_empty), "{lesson}, solved: {verdicts:#?}");
    }
}

/// The front page shows how such a screen begins.
fn assert_shown(exercise: &Exercise, verdicts: &[Verdict]) {
    let sentences = pages::sentences(&exercise.lesson);
    let screen = Screen { width: 80, color: false, sentences };
    let failure = screen.failure(exercise, 1, &verdicts[1], "http://127.0.0.1:8000");
    let text = format!("{}\n{failure}", screen.steps(exercise, verdicts));
    let front = fs::read_to_string(workspace::root().join("README.md")).expect("the front page");
    let shown = front.split("```text\n").find(|block| block.starts_with("step 1 ok"));
    let shown = shown.and_then(|block| block.split("…\n").next()).expect("a screen");
    assert!(text.starts_with(shown), "the front page shows another screen than:\n{text}");
}

/// What the steps up to `first` are, when those from it on are stubs.
fn verdicts(exercise: &Exercise, first: usize) -> Vec<Verdict> {
    let text = source::without(&exercise.solution, first).expect("marks with partners");
    let file = workspace::target().join(format!("exercise-{}.rs", exercise.lesson));
    fs::write(&file, text).expect("a file");
    let built = build::mine(exercise, &file, false);
    let built = built.unwrap_or_else(|said| panic!("{}, step {first}:\n{said}", exercise.lesson));
    // A fresh file is checked for all its steps, as `--once` does: none may hang.
    let count = if first == 1 { exercise.steps.len() } else { first.min(exercise.steps.len()) };
    let steps = &exercise.steps[..count];
    checker().check(exercise, &built.program, steps).expect("tests")
}
