//! `cargo run -p lesson-dependencies`

fn main() -> std::process::ExitCode {
    lesson_support::run(lesson_dependencies::LESSON, lesson_dependencies::lesson)
}
