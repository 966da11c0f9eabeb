//! `cargo run -p lesson-background-tasks --features durable --bin durable-worker -- --port 8001`

use lesson_background_tasks::durable::worker;

fn main() -> std::process::ExitCode {
    lesson_support::run(worker::LESSON, worker::worker)
}
