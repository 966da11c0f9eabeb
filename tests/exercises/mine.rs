//! The program that `just learn LESSON` builds: the learner's file.
// A file that isn't finished imports more than it uses.
#![allow(dead_code, missing_docs, unused_imports, unused_variables)]
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]
#![allow(unexpected_cfgs)] // a later Rust knows the one below

#[cfg(not(rust_analyzer))]
include!(env!("LESSON_EXERCISE"));

// For the editor, which cargo's variables don't reach.
#[cfg(rust_analyzer)]
include!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/mine.rs"));
