//! `just learn LESSON`: exercises that go from red to green.
//!
//! An exercise is two files in a lesson's folder `exercises/`: [`solution.rs`](source), from
//! which the learner's file is cut, and `steps.toml`, the [`Exercise`]. Rustlings had the idea of
//! a command that watches one file; here the tests are those of the lesson's claims.

pub mod build;
pub mod check;
pub mod children;
pub mod screen;
pub mod source;
pub mod steps;
pub mod terminal;

pub use check::{Checker, Failure, Verdict};
pub use steps::{Exercise, Step};
