//! `cargo run -p lesson-lifespan`

fn main() -> std::process::ExitCode {
    lesson_support::run(lesson_lifespan::LESSON, lesson_lifespan::lesson)
}
