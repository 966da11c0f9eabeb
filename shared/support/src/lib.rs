//! What every lesson needs and no lesson is about.
//!
//! | module | what it gives | in FastAPI |
//! | --- | --- | --- |
//! | [`server`] | the server, and a shutdown that ends | uvicorn |
//! | [`options`] | options and variables | `fastapi run --port` |
//! | [`log`] | a line a request | uvicorn's access log |
//! | [`error`] | an error that is an answer | `HTTPException` |
//! | [`request_scope`](mod@request_scope) | what comes after the response | |
//! | [`exit_stack`] | teardowns of dependencies | `yield` |
//! | [`background`] | work after the response | `BackgroundTasks` |
//! | [`events`] | the log that makes order visible | |
//! | [`tick`] | the unit of every delay | |
//!
//! What a lesson teaches is in the lesson, in plain axum: nothing here needs to be read
//! to follow it.

pub mod background;
pub mod error;
pub mod events;
pub mod exit_stack;
pub mod log;
pub mod options;
pub mod request_scope;
pub mod server;
pub mod tick;

mod after_response;
mod exit;
mod lesson;
mod routes;
mod signals;
mod write_timeout;

pub use after_response::AfterResponse;
pub use background::BackgroundTasks;
pub use error::ApiError;
pub use events::EventLog;
pub use exit::{Error, Result};
pub use exit_stack::{ExitStack, Outcome};
pub use lesson::Lesson;
pub use log::request_log;
pub use options::Options;
pub use request_scope::{request_scope, run_to_the_end};
pub use routes::{method_not_allowed, not_found, panic_response, shared_routes};
pub use server::Server;
pub use tick::Tick;
