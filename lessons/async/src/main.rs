//! `cargo run -p lesson-async`

use lesson_async::LESSON;
use lesson_support::{Lesson, Threads};

fn main() -> std::process::ExitCode {
    let number = |name: &str| std::env::var(name).ok().and_then(|value| value.parse().ok());
    let threads = Threads {
        workers: number("LESSON_WORKERS").or(LESSON.threads.workers),
        blocking: number("LESSON_BLOCKING_THREADS").or(LESSON.threads.blocking),
    };
    lesson_support::run(Lesson { threads, ..LESSON }, lesson_async::lesson)
}
