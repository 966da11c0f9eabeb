//! `cargo run -p lesson-background-tasks`

fn main() -> std::process::ExitCode {
    lesson_support::run(lesson_background_tasks::LESSON, lesson_background_tasks::lesson)
}
