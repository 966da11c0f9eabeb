//! What the support crate gives every lesson.

mod program;
mod request_scope;
mod running;
mod server;
