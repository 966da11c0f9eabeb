//! The exercise, solved. `just learn testing` cuts its starter from `solution.rs`.

// A test fails by panicking. `clippy.toml` allows that in test functions, this line in helpers.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]
// The helpers are those of the lesson's tests, and these need only some.
#![allow(dead_code)]

#[path = "../tests/client.rs"]
mod client;
mod faulty;
#[path = "../tests/state.rs"]
mod state;

mod solution;
