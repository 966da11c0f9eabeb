//! The lesson's own tests, one idea a file.
//! `cargo test -p lesson-testing oneshot::` runs the tests of one file.

// A test fails by panicking. `clippy.toml` allows that in test functions, this line in helpers.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

// ANCHOR: files
// Helpers that several tests share.
mod client;
mod running;
mod state;

// The tests.
mod async_tests;
mod background;
mod client_address;
mod clock;
mod fresh_state;
mod lifespan;
mod marks;
mod naming;
mod oneshot;
mod overrides;
mod six_cases;
mod socket;
mod stream;

// One crate each.
mod with_axum_test;
mod with_insta;
mod with_proptest;
mod with_rstest;
// ANCHOR_END: files
