//! `cargo run -p lesson-testing`

fn main() -> std::process::ExitCode {
    lesson_support::run(lesson_testing::LESSON, lesson_testing::lesson)
}
