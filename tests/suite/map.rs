//! The rows of the map that no lesson is about, each an app as its users write it.

mod cors;
mod frontend;
mod old_app;
mod request;
mod websockets;
