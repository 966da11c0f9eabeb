//! Which lesson is measured how.

use std::thread;

use lesson_tests::fastapi;

use crate::figures::Table;
use crate::server::UVICORN;
use crate::versions::versions;
use crate::{Result, measured, plain, programs, relay, sse, waiting};

/// Measures a lesson: its tables.
type Measure = fn() -> Result<Vec<Table>>;

/// In the order of the README.
const ALL: [(&str, Measure); 7] = [
    ("streaming", streaming),
    ("response-models", plain::response_models),
    ("lifespan", plain::lifespan),
    ("async", waiting::sleepers),
    ("dependencies", plain::dependencies),
    ("sql", plain::sql),
    ("background-tasks", waiting::background_tasks),
];

fn streaming() -> Result<Vec<Table>> {
    let mut tables = relay::tables()?;
    tables.push(sse::memory()?);
    Ok(tables)
}

/// Measures these lessons, or all, and writes what came out.
pub fn lessons(names: &[String]) -> Result<()> {
    let all = ALL;
    if let Some(unknown) = names.iter().find(|name| !all.iter().any(|(known, _)| known == name)) {
        let known: Vec<&str> = all.iter().map(|(known, _)| *known).collect();
        return Err(format!("no figures of \"{unknown}\"; there are: {}", known.join(", ")).into());
    }
    let wanted = all
        .into_iter()
        .filter(|(name, _)| names.is_empty() || names.iter().any(|wanted| wanted == name));
    // Cargo computes while pip downloads.
    let twins = thread::spawn(fastapi::prepare);
    programs::build(wanted.clone().map(|(name, _)| name))?;
    twins.join().map_err(|_| "the installation of FastAPI panicked")??;
    for (name, measure) in wanted {
        println!("\n{name}");
        measured::keep(name, versions()?, commands(name), measure()?)?;
    }
    println!("\nTo show them in the pages: just bless-figures");
    Ok(())
}

/// What a reader runs, and what that runs.
fn commands(lesson: &str) -> Vec<String> {
    vec![
        format!("just bench {lesson}"),
        format!("lesson-{lesson} --port 0"),
        format!("uvicorn fastapi_app:app --app-dir lessons/{lesson} {UVICORN}"),
    ]
}
