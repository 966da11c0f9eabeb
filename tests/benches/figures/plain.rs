//! Plain answers: what a request costs a server, side by side.

use std::path::Path;
use std::time::Duration;

use crate::Result;
use crate::figures::{Row, Table};
use crate::load::{Amount, Request, Seen, send};
use crate::server::{Log, ONE_OF_EACH, Server, Side};
use crate::usage::{Usage, mib};

/// How often each server has its turn; the figures are the medians.
const ROUNDS: usize = 3;

/// How long a turn is.
const TURN: Duration = Duration::from_millis(300);

/// How long a server works before it is measured.
const WARM_UP: Duration = Duration::from_millis(200);

/// What is asked for, and what that is.
type Question = (Request, &'static str);

/// The filtered body of the second section.
pub fn response_models() -> Result<Vec<Table>> {
    let request = Request::get("/exclude-unset/items/bar");
    tables("response-models", &[(request, "four fields of five")])
}

/// A prediction of the model that start-up has loaded.
pub fn lifespan() -> Result<Vec<Table>> {
    let request = Request::get("/model/predict?x=2");
    tables("lifespan", &[(request, "a prediction")])
}

/// A chain of extractors, and a guard.
pub fn dependencies() -> Result<Vec<Table>> {
    let chain = Request::get("/sub/items/?q=foo");
    let guard = Request {
        headers: &["x-token: fake-super-secret-token"],
        ..Request::get("/router/items/foo")
    };
    let questions = [(chain, "three extractors, one in the other"), (guard, "a guard and a path")];
    tables("dependencies", &questions)
}

/// Reads and writes in SQLite, on copies of one file.
pub fn sql() -> Result<Vec<Table>> {
    // So many wait for one process of FastAPI's already, and a hundred users take it long.
    const CONNECTIONS: u32 = 8;
    let folder = tempfile::tempdir()?;
    let filled = folder.path().join("filled.db");
    fill(&filled)?;
    let one = Request { connections: CONNECTIONS, ..Request::get("/main/users/1") };
    let hundred = Request { connections: CONNECTIONS, ..Request::get("/main/users/?limit=100") };
    let create = Request {
        method: "POST",
        headers: &["content-type: application/json"],
        body: Some(r#"{"title":"Lamp","description":"It stands on the desk"}"#),
        connections: CONNECTIONS,
        ..Request::get("/extra/users/1/items/")
    };
    // The last one makes the first ones' answers longer.
    let questions = [
        (one, "one user with three items"),
        (hundred, "a hundred users"),
        (create, "an item is created"),
    ];
    let database = || -> Result<Vec<(&'static str, String)>> {
        let copy = tempfile::NamedTempFile::new_in(folder.path())?.into_temp_path().keep()?;
        std::fs::copy(&filled, &copy)?;
        Ok(vec![("DATABASE_URL", url(&copy))])
    };
    let servers = started("sql", &database)?;
    questions.iter().map(|question| measured(&servers, None, question)).collect()
}

fn url(file: &Path) -> String {
    format!("sqlite://{}", file.display())
}

/// A database of a hundred users, the first of whom has three items.
///
/// The lesson makes it, so it has a write-ahead log, which is a setting of the file: FastAPI
/// gets it, too.
fn fill(file: &Path) -> Result<()> {
    let server = Side::Axum.start("sql", Log::On, &[("DATABASE_URL", url(file))])?;
    for number in 1..=100 {
        let user = format!(r#"{{"email":"user-{number}@example.org","password":"secret"}}"#);
        server.post("/main/users/", &user)?;
    }
    for title in ["Lamp", "Chair", "Table"] {
        server.post("/extra/users/1/items/", &format!(r#"{{"title":"{title}"}}"#))?;
    }
    Ok(())
}

/// A lesson, its twins and bare hyper.
fn tables(lesson: &str, questions: &[Question]) -> Result<Vec<Table>> {
    // The lifespan lesson's start lasts a tick.
    let servers = started(lesson, &|| Ok(vec![("LESSON_TICK_MS", "1".to_owned())]))?;
    let mut tables = Vec::new();
    for question in questions {
        let (content_type, body) = servers[0].1.answer(&question.0)?;
        let hyper = Server::bare_hyper(&content_type, &body)?;
        tables.push(measured(&servers, Some(hyper), question)?);
    }
    Ok(tables)
}

/// A server, and its name in a table.
type Named = (String, Server);

/// The lesson first and then its twins, each with variables of its own; the last two without a log.
fn started(
    lesson: &str,
    variables: &dyn Fn() -> Result<Vec<(&'static str, String)>>,
) -> Result<Vec<Named>> {
    let mut servers = Vec::new();
    for side in Side::all()? {
        servers.push((side.name(), side.start(lesson, Log::On, &variables()?)?));
    }
    for side in ONE_OF_EACH {
        let name = format!("{}, log off", side.name());
        servers.push((name, side.start(lesson, Log::Off, &variables()?)?));
    }
    Ok(servers)
}

/// What one turn of a server was.
struct Turn {
    seen: Seen,
    cpu: Duration,
}

impl Turn {
    fn take(server: &Server, request: &Request) -> Result<Self> {
        let before = server.usage()?;
        let seen = send(&server.url(request.path), request, Amount::For(TURN))?;
        Ok(Self { seen, cpu: server.usage()?.cpu.saturating_sub(before.cpu) })
    }

    fn cpu_us(&self) -> f64 {
        self.cpu.as_secs_f64() * 1e6 / self.seen.requests
    }

    fn per_second(&self) -> f64 {
        self.seen.requests / self.seen.seconds
    }
}

/// Gives each server its turns.
fn measured(servers: &[Named], hyper: Option<Server>, (request, what): &Question) -> Result<Table> {
    let title = format!(
        "`{} {}`, {what}, {} at the same time",
        request.method, request.path, request.connections
    );
    println!("  {title}");
    let hyper = hyper.map(|server| ("bare hyper".to_owned(), server));
    let servers: Vec<&Named> = servers.iter().chain(&hyper).collect();
    for (_, server) in &servers {
        send(&server.url(request.path), request, Amount::For(WARM_UP))?;
    }
    let mut turns: Vec<Vec<Turn>> = servers.iter().map(|_| Vec::new()).collect();
    for _ in 0..ROUNDS {
        for ((_, server), turns) in servers.iter().zip(&mut turns) {
            turns.push(Turn::take(server, request)?);
        }
    }
    let mut rows = Vec::new();
    for ((name, server), turns) in servers.iter().zip(&turns) {
        rows.push(row(name, turns, server.usage()?));
    }
    let columns = [
        "CPU a request, µs",
        "requests a CPU second",
        "requests a second",
        "median, ms",
        "99 %, ms",
        "peak memory, MiB",
    ];
    Ok(Table { title, columns: columns.map(str::to_owned).to_vec(), rows })
}

fn row(name: &str, turns: &[Turn], usage: Usage) -> Row {
    let of = |value: fn(&Turn) -> f64| median(turns.iter().map(value));
    let cpu_us = of(Turn::cpu_us);
    let values = [
        cpu_us,
        1e6 / cpu_us,
        of(Turn::per_second),
        of(|turn| turn.seen.median_ms),
        of(|turn| turn.seen.p99_ms),
        mib(usage.peak_bytes),
    ];
    Row { name: name.to_owned(), values: values.map(Some).to_vec() }
}

/// The one in the middle.
pub fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
