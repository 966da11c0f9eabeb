//! `cargo run -p lesson-async`

fn main() -> std::process::ExitCode {
    lesson_support::run(lesson_async::LESSON, lesson_async::lesson)
}
