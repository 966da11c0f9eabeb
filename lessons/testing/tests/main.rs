//! The lesson's own tests, one file an idea; `README.md` says in which order to read them.
//! `cargo test -p lesson-testing oneshot::` runs those of one file.

// A panic is how a test fails. `clippy.toml` allows it in test functions, this in their tools.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

// ANCHOR: files
// The tools: what several tests share.
mod client;
mod running;
mod state;

// The tests, one idea a file.
mod async_tests;
mod background;
mod client_address;
mod clock;
mod exercise;
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
