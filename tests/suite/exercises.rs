//! Exercises go from red to green: each step is red because of the assertion that it names, as
//! long as it isn't done, and the solution is green.

use std::env;
use std::fs;
use std::time::Instant;

use lesson_tests::learn::{Checker, Exercise, Verdict, build, source, steps};
use lesson_tests::{rust_only, workspace};

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
            println!("{lesson} {first} {:.2} s", started.elapsed().as_secs_f64());
        }
        let verdicts = verdicts(&exercise, exercise.steps.len() + 1);
        assert!(verdicts.iter().all(Vec::is_empty), "{lesson}, solved: {verdicts:#?}");
    }
}

/// What the steps up to `first` are, when those from it on are stubs.
fn verdicts(exercise: &Exercise, first: usize) -> Vec<Verdict> {
    let text = source::without(&exercise.solution, first).expect("marks with partners");
    let file = workspace::target().join(format!("exercise-{}.rs", exercise.lesson));
    fs::write(&file, text).expect("a file");
    let built = build::mine(exercise, &file, false);
    let built = built.unwrap_or_else(|said| panic!("{}, step {first}:\n{said}", exercise.lesson));
    let steps = &exercise.steps[..first.min(exercise.steps.len())];
    checker().check(exercise, &built.program, steps).expect("tests")
}
