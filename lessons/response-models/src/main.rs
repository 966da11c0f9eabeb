//! `cargo run -p lesson-response-models`

fn main() -> std::process::ExitCode {
    lesson_support::run(lesson_response_models::LESSON, lesson_response_models::lesson)
}
