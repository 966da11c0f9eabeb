//! What the support crate gives every lesson.

mod added;
mod limits;
mod program;
mod request_scope;
pub mod running;
mod server;
