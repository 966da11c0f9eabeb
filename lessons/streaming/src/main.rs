//! `cargo run -p lesson-streaming`

fn main() -> std::process::ExitCode {
    lesson_support::run(lesson_streaming::LESSON, lesson_streaming::lesson)
}
