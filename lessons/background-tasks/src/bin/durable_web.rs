//! `cargo run -p lesson-background-tasks --features durable --bin durable-web`

use lesson_background_tasks::durable::web;

fn main() -> std::process::ExitCode {
    lesson_support::run(web::LESSON, web::web)
}
