//! Takes a learner through the exercises of a lesson.
//!
//! ```text
//! learn
//! learn LESSON [--once] [--file PATH]
//! ```

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{ExitCode, exit};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, SystemTime};

use clap::Parser;
use lesson_tests::learn::build::{self, Running};
use lesson_tests::learn::screen::Screen;
use lesson_tests::learn::steps::shown;
use lesson_tests::learn::{Checker, Exercise, Verdict, children, steps, terminal};
use lesson_tests::{pages, workspace};

/// Exercises that go from red to green.
#[derive(Parser)]
#[command(bin_name = "just learn")]
struct Arguments {
    /// The lesson, such as streaming; without it, how far you are in each
    lesson: Option<String>,
    /// Check once: exit code 0 if all steps are green, 1 if not, 2 if your file can't be checked
    #[arg(long, requires = "lesson")]
    once: bool,
    /// Another file of yours
    #[arg(long, requires = "lesson")]
    file: Option<PathBuf>,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    end_children_on_signals();
    let result = match &arguments.lesson {
        None => progress(),
        Some(lesson) => Session::of(lesson, arguments.file)
            .and_then(|mut session| if arguments.once { session.once() } else { session.watch() }),
    };
    terminal::restore();
    match result {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(said) => {
            eprintln!("{}", said.trim_end());
            ExitCode::from(2)
        }
    }
}

/// How far the learner is in each lesson, in the order of reading.
fn progress() -> Result<bool, String> {
    let front = fs::read_to_string(workspace::root().join("README.md"));
    let front = front.map_err(|error| format!("README.md: {error}"))?;
    let mut lessons = steps::all();
    lessons.sort_by_key(|lesson| front.find(&format!("(lessons/{lesson}/README.md)")));
    println!("{:18}steps", "lesson");
    for lesson in lessons {
        let exercise = Exercise::of(&lesson)?;
        let count = exercise.steps.len();
        match (exercise.file().exists(), green(&exercise)) {
            (false, _) => println!("{lesson:18}{count}"),
            (true, green) => println!("{lesson:18}{count}, {green} of them green"),
        }
    }
    println!("\nBegin one, or go on with it: just learn LESSON");
    Ok(true)
}

/// One lesson, and the learner's file.
struct Session {
    exercise: Exercise,
    file: PathBuf,
    checker: Checker,
    screen: Screen,
    /// The program, to be asked by hand.
    running: Option<Running>,
}

impl Session {
    fn of(lesson: &str, file: Option<PathBuf>) -> Result<Self, String> {
        let exercise = Exercise::of(lesson)?;
        let file = match file {
            Some(file) => file.canonicalize().map_err(|e| format!("{}: {e}", file.display()))?,
            None => {
                if exercise.begin()? {
                    eprintln!("Your file is {}.", shown(&exercise.file()));
                }
                exercise.file()
            }
        };
        if !green_file(&exercise).exists() {
            eprintln!("Compiling the tests. The first time, that takes some minutes.");
        }
        let checker = Checker::new(build::suite()?);
        let screen = Screen {
            width: textwrap::termwidth(),
            color: terminal::is_rich(),
            sentences: pages::sentences(lesson),
        };
        Ok(Self { exercise, file, checker, screen, running: None })
    }

    fn once(&mut self) -> Result<bool, String> {
        let program = self.build()?;
        self.start(&program)?;
        self.running = None;
        let verdicts = self.verdicts(&program, self.exercise.steps.len())?;
        print!("{}", self.screen.steps(&self.exercise, &verdicts));
        Ok(self.show(&verdicts))
    }

    /// Checks whenever the file is saved, until all is green.
    fn watch(&mut self) -> Result<bool, String> {
        let keys = terminal::keys();
        loop {
            let saved = saved(&self.file);
            terminal::clear();
            let red = match self.round() {
                Ok(None) => return Ok(true),
                Ok(Some(step)) => step,
                Err(said) => {
                    eprintln!("{}", said.trim_end());
                    green(&self.exercise)
                }
            };
            self.wait(saved, &keys, red);
        }
    }

    /// The first step that is red, if one is.
    fn round(&mut self) -> Result<Option<usize>, String> {
        self.running = None;
        let program = self.build()?;
        self.start(&program)?;
        let all = self.exercise.steps.len();
        // Those before it stay green, and those after it wait for their turn.
        let mut count = (green(&self.exercise) + 1).min(all);
        let verdicts = loop {
            let verdicts = self.verdicts(&program, count)?;
            if count == all || verdicts.iter().any(|verdict| !verdict.is_empty()) {
                break verdicts;
            }
            count += 1;
        };
        let green = verdicts.iter().take_while(|verdict| verdict.is_empty()).count();
        println!("{}, step {} of {all}\n", self.exercise.lesson, (green + 1).min(all));
        print!("{}", self.screen.steps(&self.exercise, &verdicts));
        match self.show(&verdicts) {
            true => Ok(None),
            false => {
                println!("\nIt's checked when you save. h: a hint. Ctrl-C: the end.");
                Ok(verdicts.iter().position(|verdict| !verdict.is_empty()))
            }
        }
    }

    fn build(&self) -> Result<PathBuf, String> {
        let built = build::mine(&self.exercise, &self.file, self.screen.color)?;
        eprint!("{}", built.said);
        Ok(built.program)
    }

    /// Starts the program, if there's one: what it says when it can't start is worth more than
    /// what its tests say then.
    fn start(&mut self, program: &Path) -> Result<(), String> {
        if !self.exercise.is_reversed() {
            self.running = Some(Running::start(&self.exercise, program)?);
        }
        Ok(())
    }

    fn verdicts(&self, program: &Path, count: usize) -> Result<Vec<Verdict>, String> {
        let verdicts =
            self.checker.check(&self.exercise, program, &self.exercise.steps[..count])?;
        let green = verdicts.iter().take_while(|verdict| verdict.is_empty()).count();
        if self.file == self.exercise.file() {
            // The number is a convenience: without it, all steps are tested again.
            let _ = fs::write(green_file(&self.exercise), green.to_string());
        }
        Ok(verdicts)
    }

    /// What is wrong with the first step that is red; says whether none is.
    fn show(&self, verdicts: &[Verdict]) -> bool {
        let Some(red) = verdicts.iter().position(|verdict| !verdict.is_empty()) else {
            println!(
                "\nAll steps of {} are green. Now compare your way with lessons/{}/exercises/solution.rs.",
                self.exercise.lesson, self.exercise.lesson
            );
            return true;
        };
        let url = self.running.as_ref().map_or("http://127.0.0.1:8000", |running| &running.url);
        print!("\n{}", self.screen.failure(&self.exercise, red, &verdicts[red], url));
        match self.running {
            Some(_) => println!("{:10}{}", "log", shown(&build::log(&self.exercise))),
            None if self.exercise.is_reversed() => {}
            None => println!("\nWithout --once, your program runs meanwhile, on port 8000."),
        }
        false
    }

    /// Waits until the file is another one than `before`, and answers keys.
    fn wait(&self, before: Option<SystemTime>, keys: &Receiver<u8>, step: usize) {
        while saved(&self.file) == before {
            match keys.recv_timeout(Duration::from_millis(100)) {
                Ok(b'h') => println!("\n{}", self.hint(step)),
                Ok(_) | Err(mpsc::RecvTimeoutError::Timeout) => {}
                // Nobody types: standard input isn't a terminal.
                Err(mpsc::RecvTimeoutError::Disconnected) => {
                    thread::sleep(Duration::from_millis(100));
                }
            }
        }
    }

    fn hint(&self, step: usize) -> String {
        let hint = self.exercise.steps.get(step).map_or("", |step| step.hint.trim());
        textwrap::fill(hint, self.screen.width)
    }
}

/// When a file was saved; nothing while an editor replaces it.
fn saved(file: &Path) -> Option<SystemTime> {
    fs::metadata(file).and_then(|metadata| metadata.modified()).ok()
}

/// How many steps were green when the file was last checked.
fn green(exercise: &Exercise) -> usize {
    let number = fs::read_to_string(green_file(exercise));
    number.ok().and_then(|number| number.parse().ok()).unwrap_or(0)
}

fn green_file(exercise: &Exercise) -> PathBuf {
    workspace::target().join(format!("learn-{}.green", exercise.lesson))
}

/// Ctrl-C, SIGTERM and SIGHUP end what was started, too.
fn end_children_on_signals() {
    let (ready, is_ready) = mpsc::channel();
    thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let Ok(runtime) = runtime else {
            return;
        };
        runtime.block_on(async {
            let signal = signal();
            // The main thread waits for it.
            let _ = ready.send(());
            signal.await;
        });
        let _nothing_new = children::end_all();
        terminal::restore();
        exit(130);
    });
    // Without a runtime there's nothing to wait for.
    let _ = is_ready.recv();
}

#[cfg(unix)]
fn signal() -> impl Future<Output = ()> {
    use tokio::signal::unix::{SignalKind, signal};

    let kinds = [SignalKind::interrupt(), SignalKind::terminate(), SignalKind::hangup()];
    let mut signals: Vec<_> = kinds.into_iter().filter_map(|kind| signal(kind).ok()).collect();
    std::future::poll_fn(move |context| {
        match signals.iter_mut().any(|signal| signal.poll_recv(context).is_ready()) {
            true => std::task::Poll::Ready(()),
            false => std::task::Poll::Pending,
        }
    })
}

#[cfg(not(unix))]
async fn signal() {
    // If it can't be listened to, Ctrl-C ends the process as it ends any.
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending().await
    }
}
