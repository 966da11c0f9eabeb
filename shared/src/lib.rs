//! What every lesson needs and no lesson is about.
//!
//! | module | what it gives | in FastAPI |
//! | --- | --- | --- |
//! | [`run`](mod@run) | `main`: options, log, signals, exit code | `fastapi run` |
//! | [`server`] | the server, and a shutdown that ends | uvicorn |
//! | [`error`] | an error that is an answer | `HTTPException` |
//! | [`request_scope`](mod@request_scope) | what comes after the response | |
//! | [`exit_stack`] | teardowns of dependencies | `yield` |
//! | [`background`] | work after the response | `BackgroundTasks` |
//! | [`extract`] | extractors that reject as FastAPI does | validation, 422 |
//! | [`events`] | the log that makes order visible | |
//! | [`tick`] | the unit of every delay | |
//!
//! What a lesson teaches is in the lesson, in plain axum: nothing here needs to be read
//! to follow it. [`extract`] is the one module that you may want to take home.

pub mod background;
pub mod error;
pub mod events;
pub mod exit_stack;
pub mod extract;
pub mod request_scope;
pub mod run;
pub mod server;
pub mod settings;
pub mod tick;

mod connection;
mod in_flight;
mod log;
mod signals;

pub use background::BackgroundTasks;
pub use error::ApiError;
pub use events::EventLog;
pub use exit_stack::{ExitStack, Outcome};
pub use request_scope::{request_scope, run_to_the_end};
pub use run::{Lesson, Result, Threads, run, runtime};
pub use server::Server;
pub use settings::Settings;
pub use tick::Tick;
