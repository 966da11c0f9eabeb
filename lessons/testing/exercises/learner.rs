//! The tests that `just learn testing` builds: the learner's file, with what it may use.

// A file that isn't finished imports more than it uses.
#![allow(dead_code, unused_imports, unused_variables)]
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]
#![allow(unexpected_cfgs)] // a later Rust knows the one below

#[path = "../tests/client.rs"]
mod client;
mod faulty;
#[path = "../tests/state.rs"]
mod state;

mod mine {
    #[cfg(not(rust_analyzer))]
    include!(env!("LESSON_EXERCISE"));

    // For the editor, which cargo's variables don't reach.
    #[cfg(rust_analyzer)]
    include!("mine.rs");
}
