//! The behaviour suite, a module a lesson. Each test is named after its claim: `st_03_…`.

mod r#async;
mod background_tasks;
mod bad_input;
mod compiled_once;
mod dependencies;
mod exercises;
mod extract;
mod first_steps;
mod lifespan;
mod manifests;
mod map;
mod readmes;
mod response_models;
mod sql;
mod streaming;
mod support;
mod testing;
