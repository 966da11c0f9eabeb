//! Work that must not be lost: jobs in a database, and a worker that does them.
//!
//! ```text
//! cargo run -p lesson-background-tasks --features durable --bin durable-web
//! cargo run -p lesson-background-tasks --features durable --bin durable-worker -- --port 8001
//! curl -H 'X-User: eve' --json '{"to":"ann","text":"Hello"}' http://127.0.0.1:8000/durable/mails
//! ```
//!
//! Two programs that share only the database: [`web`] writes jobs into it, and [`worker`] takes
//! them out. Either can die at any moment.

pub mod alive;
pub mod database;
pub mod error;
pub mod every;
pub mod mail_server;
pub mod queue;
pub mod web;
pub mod worker;
