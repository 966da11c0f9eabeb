//! The harness of the behaviour suite: targets, servers, answers read piece by piece.
//!
//! A test is written once, against a base URL, and takes its target from `LESSON_TARGET`:
//! [`Target`] says which there are, [`TestServer`] starts one, [`expect`] names where they
//! are meant to differ. What can only be seen inside the Rust lesson is read with
//! [`paused`], and what only the real program shows with [`Binary`].

pub mod answer;
pub mod binary;
pub mod claim_id;
pub mod curl;
pub mod database;
pub mod differences;
pub mod fastapi;
pub mod learn;
pub mod package;
pub mod pages;
pub mod paused;
pub mod process;
pub mod program;
pub mod readme;
pub mod report;
pub mod server;
pub mod suite_run;
pub mod target;
pub mod workspace;

pub use answer::{Answer, End, Piece, texts};
pub use binary::Binary;
pub use claim_id::ClaimId;
pub use database::TestDatabase;
pub use server::TestServer;
pub use suite_run::SuiteRun;
pub use target::{Target, expect, fastapi, rust};
