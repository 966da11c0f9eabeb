//! `cargo run -p lesson-sql`

fn main() -> std::process::ExitCode {
    lesson_support::run(lesson_sql::LESSON, lesson_sql::lesson)
}
