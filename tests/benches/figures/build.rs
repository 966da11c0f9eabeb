//! The learner's loop, measured: how long a lesson takes to build, to start again after an
//! edit, and to be tested, beside the smallest axum program: `just bench-build`.
//!
//! It builds in a copy of the checkout, in target folders that are thrown away.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use lesson_tests::workspace::{self, succeed};
use tempfile::TempDir;

use crate::figures::{BUILD, Row, Table};
use crate::{Result, machine, measured};

/// How often a source file is edited; the figure is the median.
const EDITS: usize = 3;

/// Measures all of it, and writes what came out.
pub fn measure() -> Result<()> {
    let tables = vec![builds()?, suite()?];
    measured::keep(BUILD, vec![machine::rust()?], vec!["just bench-build".to_owned()], tables)?;
    println!("\nTo show them in the pages: just bless-figures");
    Ok(())
}

/// A program to build: where, and which package.
struct Project {
    folder: PathBuf,
    package: String,
    source: PathBuf,
}

/// axum's hello, and each lesson.
fn builds() -> Result<Table> {
    let copy = TempDir::new()?;
    let mut projects = vec![hello(&copy.path().join("hello"))?];
    let lessons = copy.path().join("lessons-for-fastapi-developers");
    copy_checkout(&lessons)?;
    for lesson in workspace::lessons() {
        let sources = lessons.join("lessons").join(&lesson).join("src");
        // The first steps are a program without a library.
        let files = ["lib.rs", "main.rs"].map(|file| sources.join(file));
        projects.push(Project {
            folder: lessons.clone(),
            package: format!("lesson-{lesson}"),
            source: files
                .into_iter()
                .find(|file| file.exists())
                .ok_or("a lesson without source")?,
        });
    }
    // What is downloaded is not measured.
    for project in &projects[..2] {
        succeed(project.cargo(&["fetch"]))?;
    }
    let mut rows = Vec::new();
    for project in &projects {
        println!("building {} from nothing", project.package);
        rows.push(project.measure()?);
    }
    let columns =
        ["cold build, s", "edit to running, s", "packages compiled", "program (debug), MiB"];
    Ok(Table {
        title: "From nothing to a running server".to_owned(),
        columns: columns.map(str::to_owned).to_vec(),
        rows,
    })
}

/// The smallest axum program, with the versions of this workspace, as its documentation has it.
fn hello(folder: &Path) -> Result<Project> {
    let source = folder.join("src/main.rs");
    fs::create_dir_all(folder.join("src"))?;
    fs::copy(workspace::root().join("Cargo.lock"), folder.join("Cargo.lock"))?;
    fs::write(folder.join("Cargo.toml"), HELLO_MANIFEST)?;
    fs::write(&source, HELLO)?;
    Ok(Project { folder: folder.to_owned(), package: "hello".to_owned(), source })
}

const HELLO_MANIFEST: &str = r#"[package]
name = "hello"
version = "0.1.0"
edition = "2024"

[dependencies]
axum = "0.8"
tokio = { version = "1", features = ["full"] }
"#;

const HELLO: &str = r#"use axum::{Router, routing::get};

#[tokio::main]
async fn main() {
    let app = Router::new().route("/", get(|| async { "Hello, World!" }));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    println!("listening on {}", listener.local_addr().unwrap());
    axum::serve(listener, app).await.unwrap();
}
"#;

/// Copies what git knows of.
fn copy_checkout(to: &Path) -> Result<()> {
    let root = workspace::root();
    let output = Command::new("git").arg("ls-files").current_dir(&root).output()?;
    if !output.status.success() {
        return Err(
            "what belongs to the checkout is what git lists, and there is no git here".into()
        );
    }
    for file in String::from_utf8(output.stdout)?.lines() {
        let (from, to) = (root.join(file), to.join(file));
        fs::create_dir_all(to.parent().unwrap_or(&to))?;
        fs::copy(&from, &to).map_err(|error| format!("{}: {error}", from.display()))?;
    }
    Ok(())
}

impl Project {
    fn measure(&self) -> Result<Row> {
        let target = TempDir::new()?;
        let mut build = self.cargo(&["build", "--quiet", "--package", &self.package]);
        build.env("CARGO_TARGET_DIR", target.path());
        let started = Instant::now();
        succeed(build)?;
        let cold = started.elapsed().as_secs_f64();
        let mut edits = Vec::new();
        for _ in 0..EDITS {
            edits.push(self.edit_to_running(target.path())?);
        }
        edits.sort_by(f64::total_cmp);
        let program = target.path().join("debug").join(&self.package);
        let mib = fs::metadata(&program)?.len() as f64 / f64::from(1 << 20);
        let values = [cold, edits[EDITS / 2], self.packages()?, mib];
        let name = match self.package.as_str() {
            "hello" => "hello, axum's smallest program",
            lesson => lesson,
        };
        Ok(Row { name: name.to_owned(), values: values.map(Some).to_vec() })
    }

    /// Changes a source file, and runs the program until it listens.
    fn edit_to_running(&self, target: &Path) -> Result<f64> {
        let text = fs::read_to_string(&self.source)?;
        fs::write(&self.source, format!("{text}\n// edited\n"))?;
        let mut run = self.cargo(&["run", "--quiet", "--package", &self.package]);
        run.env("CARGO_TARGET_DIR", target).env("LESSON_PORT", "0");
        // The lifespan lesson's start lasts a tick, to be seen: a second, if nothing is said.
        run.env("LESSON_TICK_MS", "1");
        run.env("DATABASE_URL", format!("sqlite://{}", target.join("lesson.db").display()));
        run.stdout(Stdio::piped()).stderr(Stdio::null());
        let started = Instant::now();
        let mut running = Running(run.spawn()?);
        let stdout = running.0.stdout.take().ok_or("no output")?;
        let listens = BufReader::new(stdout)
            .lines()
            .map_while(std::result::Result::ok)
            .any(|line| line.starts_with("listening on"));
        match listens {
            true => Ok(started.elapsed().as_secs_f64()),
            false => Err(format!("{} does not start", self.package).into()),
        }
    }

    /// How many packages are compiled for it, with its own.
    fn packages(&self) -> Result<f64> {
        let mut tree = self.cargo(&["tree", "--package", &self.package, "--prefix", "none"]);
        tree.args(["--edges", "normal,build", "--no-dedupe", "--format", "{p}"]);
        let output = tree.output()?;
        let text = String::from_utf8(output.stdout)?;
        // A path after the version is the same package once more.
        let packages = text.lines().filter_map(|line| line.split(" (").next());
        let mut packages: Vec<&str> = packages.collect();
        packages.sort_unstable();
        packages.dedup();
        Ok(packages.len() as f64)
    }

    fn cargo(&self, arguments: &[&str]) -> Command {
        let mut cargo = workspace::cargo();
        cargo.args(arguments).current_dir(&self.folder);
        cargo
    }
}

/// A program that is ended when it is dropped.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // On Unix `cargo run` becomes the program, so this ends the program itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The suite, in one thread and as `just test-all` runs it.
fn suite() -> Result<Table> {
    let cargo = || {
        let mut cargo = workspace::cargo();
        cargo.arg("--quiet");
        cargo
    };
    println!("building the suite");
    let (mut programs, mut tests) = (cargo(), cargo());
    programs.args(["build", "--workspace", "--bins", "--examples"]);
    tests.args(["test", "--workspace", "--test", "suite", "--no-run"]);
    succeed(programs)?;
    succeed(tests)?;
    let mut rows = Vec::new();
    for (name, threads) in [("in one thread", "1"), ("as it runs, in 12 threads", "12")] {
        println!("running the suite {name}");
        let mut run = cargo();
        run.args(["test", "--workspace", "--test", "suite", "--", "--test-threads", threads]);
        // Many tests panic on purpose; a backtrace of each takes longer than the rest of them.
        run.env("RUST_BACKTRACE", "0");
        let output = run.output()?;
        let text = String::from_utf8_lossy(&output.stdout);
        let summary = text.lines().find_map(|line| line.strip_prefix("test result: ok. "));
        let summary = summary.ok_or_else(|| format!("a test fails:\n{text}"))?;
        let tests = summary.split(' ').next().and_then(|number| number.parse().ok());
        let seconds = summary
            .rsplit_once("finished in ")
            .and_then(|(_, time)| time.trim_end_matches('s').parse().ok());
        rows.push(Row { name: name.to_owned(), values: vec![seconds, tests] });
    }
    Ok(Table {
        title: "The suite, compiled".to_owned(),
        columns: vec!["s".to_owned(), "tests".to_owned()],
        rows,
    })
}
