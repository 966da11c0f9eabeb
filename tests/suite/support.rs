//! What the support crate gives every lesson.

mod program;
mod server;
